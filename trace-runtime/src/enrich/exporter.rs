//! The stages for a provider that the application builds.

use super::{CountedOnce, Prices, Stages};
#[cfg(feature = "cost")]
use crate::config::Setting;
use crate::config::{Environment, RegisterError};
use crate::mask::{Mask, MaskSettings, scrub_resource};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use std::time::Duration;

/// An exporter that enriches spans and passes them to another exporter.
///
/// It derives messages, tool calls, token counts and similar attributes from the input and the
/// output of LLM, EMBEDDING and RERANKER spans, adds those that are not set yet, and translates
/// spans that other crates describe with `gen_ai.*` attributes.
///
/// [`register`](crate::register()) does all of this by itself. Use this exporter in a provider that
/// the application builds, also in one that is [attached](crate::Builder::provider): the crate
/// cannot add attributes to its spans in any other way. Raise the provider's attribute limit: a
/// conversation has several attributes for each message, and the SDK applies its default limit of
/// 128 before it calls an exporter.
///
/// ```
/// use trace_runtime::enrich::EnrichExporter;
/// use trace_runtime::opentelemetry_sdk::trace::{SdkTracerProvider, SpanExporter};
///
/// fn provider(exporter: impl SpanExporter + 'static) -> SdkTracerProvider {
///     SdkTracerProvider::builder()
///         .with_batch_exporter(EnrichExporter::new(exporter))
///         .with_max_attributes_per_span(10_000)
///         .build()
/// }
/// ```
#[derive(Debug)]
pub struct EnrichExporter<E> {
    inner: E,
    stages: Stages,
    counted: CountedOnce,
}

impl<E: SpanExporter> EnrichExporter<E> {
    /// Creates an exporter that passes enriched spans to `inner`.
    ///
    /// ```
    /// use trace_runtime::enrich::EnrichExporter;
    /// use trace_runtime::opentelemetry_sdk::trace::SpanExporter;
    ///
    /// fn enriched(exporter: impl SpanExporter) -> impl SpanExporter {
    ///     EnrichExporter::new(exporter)
    /// }
    /// ```
    pub fn new(inner: E) -> Self {
        let mask = MaskSettings::secrets_only(&Environment::from_process());
        let stages = Stages {
            prices: Prices::default(),
            gen_ai: false,
            additions: &[],
            mask: Some(mask),
            limits: None,
        };
        EnrichExporter { inner, stages, counted: CountedOnce::default() }
    }

    /// Sets whether spans also carry the attributes of OpenTelemetry's GenAI conventions (default:
    /// false); see [`Builder::gen_ai`](crate::Builder::gen_ai).
    ///
    /// ```
    /// use trace_runtime::enrich::EnrichExporter;
    /// use trace_runtime::opentelemetry_sdk::trace::SpanExporter;
    ///
    /// fn both_conventions(exporter: impl SpanExporter) -> impl SpanExporter {
    ///     EnrichExporter::new(exporter).gen_ai(true)
    /// }
    /// ```
    #[must_use]
    pub fn gen_ai(mut self, gen_ai: bool) -> Self {
        self.stages.gen_ai = gen_ai;
        self
    }

    /// Estimates costs from the prices of a file, see [`Builder::prices`](crate::Builder::prices).
    /// `TRACE_PRICES` is not read.
    ///
    /// ```
    /// use trace_runtime::RegisterError;
    /// use trace_runtime::enrich::EnrichExporter;
    /// use trace_runtime::opentelemetry_sdk::trace::SpanExporter;
    ///
    /// fn priced(exporter: impl SpanExporter) -> Result<impl SpanExporter, RegisterError> {
    ///     EnrichExporter::new(exporter).prices("data.json")
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if the file is not a table of prices.
    #[cfg(feature = "cost")]
    pub fn prices(mut self, path: impl AsRef<std::path::Path>) -> Result<Self, RegisterError> {
        let path = path.as_ref();
        let error = |reason| Setting::Method("prices").unusable_prices(path, reason);
        self.stages.prices = Prices::read(path).map_err(error)?;
        Ok(self)
    }

    /// Also masks spans, as [`Builder::mask`](crate::Builder::mask) does: a switch that `mask` does
    /// not set is read from the environment. Without this call the exporter redacts secrets, unless
    /// `TRACE_SCRUB_SECRETS` is false, and hides nothing else.
    ///
    /// ```
    /// use trace_runtime::RegisterError;
    /// use trace_runtime::enrich::EnrichExporter;
    /// use trace_runtime::mask::Mask;
    /// use trace_runtime::opentelemetry_sdk::trace::SpanExporter;
    ///
    /// fn masked(exporter: impl SpanExporter) -> Result<impl SpanExporter, RegisterError> {
    ///     EnrichExporter::new(exporter).mask(&Mask::new().hide_inputs(true))
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if an environment variable has a value that cannot be parsed.
    pub fn mask(mut self, mask: &Mask) -> Result<Self, RegisterError> {
        let settings = MaskSettings::resolve(Some(mask), &Environment::from_process())?;
        self.stages.mask = Some(settings);
        Ok(self)
    }
}

impl<E: SpanExporter> SpanExporter for EnrichExporter<E> {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        self.stages.apply(&mut batch, &self.counted);
        self.inner.export(batch).await
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.inner.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.inner.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        let scrubs = self.stages.scrubs_secrets();
        let scrubbed = scrubs.then(|| scrub_resource(resource)).flatten();
        self.inner.set_resource(scrubbed.as_ref().unwrap_or(resource));
    }
}

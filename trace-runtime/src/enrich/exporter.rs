//! The enrich stage for other people's pipelines.

use super::{add_twins, enrich};
use crate::config::{Environment, RegisterError};
use crate::mask::{self, Mask, MaskSettings};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use std::time::Duration;

/// An exporter that reads messages, tool calls, token counts and the like from the input and the
/// output of LLM, EMBEDDING and RERANKER spans, adds them where nothing is set yet, translates spans
/// that other crates describe with `gen_ai.*` attributes, and hands all of them on.
///
/// [`register`](crate::register()) does this by itself. It is for a provider that the application
/// builds, also for one that is [attached](crate::Builder::provider): nothing can be added to its
/// spans otherwise. Set the provider's limit of attributes high enough: a conversation has several
/// for each message, and the SDK's default of 128 is applied before.
///
/// ```
/// use trace_runtime::EnrichExporter;
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
    gen_ai: bool,
    mask: Option<MaskSettings>,
}

impl<E: SpanExporter> EnrichExporter<E> {
    /// Hands enriched spans to `inner`.
    pub fn new(inner: E) -> Self {
        EnrichExporter { inner, gen_ai: false, mask: None }
    }

    /// Whether spans also say in the GenAI conventions what they say in OpenInference (default:
    /// false); see [`Builder::gen_ai`](crate::Builder::gen_ai).
    #[must_use]
    pub fn gen_ai(mut self, gen_ai: bool) -> Self {
        self.gen_ai = gen_ai;
        self
    }

    /// Also hides what must not leave the process: what `mask` says, then the environment, as
    /// [`Builder::mask`](crate::Builder::mask) does. Without it nothing is hidden here.
    ///
    /// # Errors
    ///
    /// A variable of the environment that cannot be read.
    pub fn mask(mut self, mask: &Mask) -> Result<Self, RegisterError> {
        self.mask = Some(MaskSettings::resolve(Some(mask), &Environment::of_process())?);
        Ok(self)
    }
}

impl<E: SpanExporter> SpanExporter for EnrichExporter<E> {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        for span in &mut batch {
            enrich(span);
            if self.gen_ai {
                add_twins(span);
            }
            if let Some(settings) = &self.mask {
                mask::apply(span, settings);
            }
        }
        self.inner.export(batch).await
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.inner.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.inner.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.inner.set_resource(resource);
    }
}

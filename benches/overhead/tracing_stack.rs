//! `#[tracing::instrument]` with tracing-opentelemetry and the SDK's batch processor. Attributes
//! that only its layer adds by default (thread, target, busy and idle time) are switched off.

use crate::call::{FUNCTION, answer, drive, yield_now};
use crate::contender::Pipeline;
use benches::{NoOp, processor_time};
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use std::sync::LazyLock;
use std::time::Duration;
use tracing::field::Empty;
use tracing_subscriber::layer::SubscriberExt;

/// The pipeline of the global subscriber. A process has one, so it is never removed.
struct Installed {
    provider: SdkTracerProvider,
    exported: NoOp,
}

static INSTALLED: LazyLock<Installed> = LazyLock::new(|| {
    let exported = NoOp::default();
    let provider = SdkTracerProvider::builder().with_batch_exporter(exported.clone()).build();
    let layer = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("benches"))
        .with_threads(false)
        .with_target(false)
        .with_tracked_inactivity(false)
        .with_location(false);
    let subscriber = tracing_subscriber::registry().with(layer);
    tracing::subscriber::set_global_default(subscriber).expect("there is no other subscriber");
    Installed { provider, exported }
});

#[tracing::instrument(
    skip_all,
    fields(
        openinference.span.kind = "CHAIN",
        input.value = question,
        input.mime_type = "text/plain",
        code.function.name = FUNCTION,
        code.file.path = file!(),
        code.line.number = line!(),
        output.value = Empty,
        output.mime_type = Empty,
        otel.status_code = Empty,
    )
)]
pub(crate) fn step(question: &'static str, depth: u32) -> &'static str {
    let returned = if depth > 1 { step(question, depth - 1) } else { answer(question) };
    record(returned);
    returned
}

#[tracing::instrument(
    skip_all,
    name = "step",
    fields(
        openinference.span.kind = "CHAIN",
        input.value = question,
        input.mime_type = "text/plain",
        code.function.name = FUNCTION,
        code.file.path = file!(),
        code.line.number = line!(),
        output.value = Empty,
        output.mime_type = Empty,
        otel.status_code = Empty,
    )
)]
async fn step_async(question: &'static str, depth: u32) -> &'static str {
    for _ in 0..3 {
        yield_now().await;
    }
    let returned =
        if depth > 1 { Box::pin(step_async(question, depth - 1)).await } else { answer(question) };
    record(returned);
    returned
}

/// Polls the async call to completion.
pub(crate) fn call_async(question: &'static str, depth: u32) -> &'static str {
    drive(step_async(question, depth))
}

/// Records the result on the current span.
fn record(returned: &str) {
    tracing::Span::current()
        .record("output.value", returned)
        .record("output.mime_type", "text/plain")
        .record("otel.status_code", "OK");
}

impl Pipeline for &'static Installed {
    fn flush(&self) {
        let _ = self.provider.force_flush();
    }

    fn arrived(&self) -> u64 {
        self.exported.spans()
    }

    fn processor_time(&self) -> Duration {
        processor_time(&["OpenTelemetry.Traces.BatchProcessor"])
    }
}

/// Installs the subscriber on first use.
pub(crate) fn installed() -> Box<dyn Pipeline> {
    Box::new(&*INSTALLED)
}

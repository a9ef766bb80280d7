//! The OpenTelemetry SDK by hand, as its documentation shows it: a long-lived tracer, one span for
//! each call, made current, and attributes that are built only if the span records.

use crate::call::{FUNCTION, answer, drive, yield_now};
use crate::contender::Pipeline;
use benches::{NoOp, processor_time};
use opentelemetry::trace::{
    FutureExt, Span as _, SpanKind, TraceContextExt, Tracer, TracerProvider,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider};
use std::sync::{LazyLock, OnceLock};
use std::time::Duration;

/// A provider that lives as long as the program.
struct Sdk {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
    exported: NoOp,
}

impl Sdk {
    fn new(sampler: Sampler) -> Self {
        let exported = NoOp::default();
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exported.clone())
            .with_sampler(sampler)
            .build();
        Sdk { tracer: provider.tracer("benches"), provider, exported }
    }
}

static SAMPLED: LazyLock<Sdk> = LazyLock::new(|| Sdk::new(Sampler::AlwaysOn));
static UNSAMPLED: OnceLock<Sdk> = OnceLock::new();

fn unsampled_pipeline() -> &'static Sdk {
    UNSAMPLED.get_or_init(|| Sdk::new(Sampler::AlwaysOff))
}

/// The sync call with a sampled provider.
pub(crate) fn step(question: &'static str, depth: u32) -> &'static str {
    step_with(&SAMPLED.tracer, question, depth)
}

/// The sync call with a provider that samples nothing.
pub(crate) fn step_unsampled(question: &'static str, depth: u32) -> &'static str {
    step_with(&unsampled_pipeline().tracer, question, depth)
}

fn step_with(tracer: &SdkTracer, question: &'static str, depth: u32) -> &'static str {
    let (context, is_recording) = started(tracer, question);
    let attached = context.clone().attach();
    let returned =
        if depth > 1 { step_with(tracer, question, depth - 1) } else { answer(question) };
    drop(attached);
    ended(&context, is_recording, returned);
    returned
}

/// The async call: `with_context` makes the span current at each poll.
async fn step_async(
    tracer: &'static SdkTracer,
    question: &'static str,
    depth: u32,
) -> &'static str {
    let (context, is_recording) = started(tracer, question);
    let body = async {
        for _ in 0..3 {
            yield_now().await;
        }
        if depth > 1 {
            Box::pin(step_async(tracer, question, depth - 1)).await
        } else {
            answer(question)
        }
    };
    let returned = body.with_context(context.clone()).await;
    ended(&context, is_recording, returned);
    returned
}

pub(crate) fn call_async(question: &'static str, depth: u32) -> &'static str {
    drive(step_async(&SAMPLED.tracer, question, depth))
}

pub(crate) fn call_async_unsampled(question: &'static str, depth: u32) -> &'static str {
    drive(step_async(&unsampled_pipeline().tracer, question, depth))
}

/// Starts a span with the attributes known at its start; returns its context, and true if the span
/// records.
fn started(tracer: &SdkTracer, question: &str) -> (Context, bool) {
    let mut span = tracer.build(tracer.span_builder("step").with_kind(SpanKind::Internal));
    let is_recording = span.is_recording();
    if is_recording {
        span.set_attributes([
            KeyValue::new("openinference.span.kind", "CHAIN"),
            KeyValue::new("input.value", question.to_owned()),
            KeyValue::new("input.mime_type", "text/plain"),
            KeyValue::new("code.function.name", FUNCTION),
            KeyValue::new("code.file.path", file!()),
            KeyValue::new("code.line.number", i64::from(line!())),
        ]);
    }
    (Context::current_with_span(span), is_recording)
}

/// Adds the attributes of the result and ends the span.
fn ended(context: &Context, is_recording: bool, returned: &str) {
    let span = context.span();
    if is_recording {
        span.set_attributes([
            KeyValue::new("output.value", returned.to_owned()),
            KeyValue::new("output.mime_type", "text/plain"),
        ]);
        span.set_status(opentelemetry::trace::Status::Ok);
    }
    span.end();
}

impl Pipeline for &'static Sdk {
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

pub(crate) fn sampled() -> Box<dyn Pipeline> {
    Box::new(&*SAMPLED)
}

pub(crate) fn unsampled() -> Box<dyn Pipeline> {
    Box::new(unsampled_pipeline())
}

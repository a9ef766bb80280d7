//! fastrace with fastrace-opentelemetry. Each call starts a trace, as it does for the other
//! contenders; nested sync calls are local spans, the fastest kind that fastrace has. Attributes of
//! fastrace are text only, so the line number is text too.

use crate::call::{FUNCTION, answer, drive, yield_now};
use crate::contender::Pipeline;
use benches::{NoOp, processor_time};
use fastrace::collector::Config;
use fastrace::future::FutureExt;
use fastrace::prelude::{LocalSpan, Span, SpanContext};
use fastrace_opentelemetry::OpenTelemetryReporter;
use opentelemetry::InstrumentationScope;
use opentelemetry_sdk::Resource;
use std::borrow::Cow;
use std::sync::LazyLock;
use std::time::Duration;

/// The reporter. fastrace allows one per process, so it is never removed.
static REPORTED: LazyLock<NoOp> = LazyLock::new(|| {
    let exported = NoOp::default();
    let resource = Cow::Owned(Resource::builder_empty().build());
    let scope = InstrumentationScope::builder("benches").build();
    let reporter = OpenTelemetryReporter::new(exported.clone(), resource, scope);
    fastrace::set_reporter(reporter, Config::default());
    exported
});

/// An attribute in fastrace's terms.
type Property = (&'static str, Cow<'static, str>);

/// Returns the attributes known when a span starts.
fn input(question: &str) -> [Property; 6] {
    [
        ("openinference.span.kind", Cow::Borrowed("CHAIN")),
        ("input.value", Cow::Owned(question.to_owned())),
        ("input.mime_type", Cow::Borrowed("text/plain")),
        ("code.function.name", Cow::Borrowed(FUNCTION)),
        ("code.file.path", Cow::Borrowed(file!())),
        ("code.line.number", Cow::Borrowed("28")),
    ]
}

/// Returns the attributes known when a span ends.
fn output(returned: &str) -> [Property; 2] {
    [
        ("output.value", Cow::Owned(returned.to_owned())),
        ("output.mime_type", Cow::Borrowed("text/plain")),
    ]
}

/// Runs the sync call as the root span of a trace.
pub(crate) fn step(question: &'static str, depth: u32) -> &'static str {
    let span = Span::root("step", SpanContext::random()).with_properties(|| input(question));
    let local_parent = span.set_local_parent();
    let returned = if depth > 1 { local_step(question, depth - 1) } else { answer(question) };
    drop(local_parent);
    span.add_properties(|| output(returned));
    returned
}

/// Runs the nested calls as local spans, which fastrace collects in a thread-local list.
fn local_step(question: &'static str, depth: u32) -> &'static str {
    let _span = LocalSpan::enter_with_local_parent("step").with_properties(|| input(question));
    let returned = if depth > 1 { local_step(question, depth - 1) } else { answer(question) };
    LocalSpan::add_properties(|| output(returned));
    returned
}

/// Runs the async call. A future may move between threads, so nested calls need thread-safe spans.
async fn step_async(span: Span, question: &'static str, depth: u32) -> &'static str {
    let body = async {
        for _ in 0..3 {
            yield_now().await;
        }
        let returned = if depth > 1 {
            let span = Span::enter_with_local_parent("step").with_properties(|| input(question));
            Box::pin(step_async(span, question, depth - 1)).await
        } else {
            answer(question)
        };
        LocalSpan::add_properties(|| output(returned));
        returned
    };
    body.in_span(span).await
}

/// Runs the async call as the root span of a trace.
pub(crate) fn call_async(question: &'static str, depth: u32) -> &'static str {
    let span = Span::root("step", SpanContext::random()).with_properties(|| input(question));
    drive(step_async(span, question, depth))
}

/// The pipeline of the global reporter.
struct Reporting;

impl Pipeline for Reporting {
    fn flush(&self) {
        fastrace::flush();
    }

    fn arrived(&self) -> u64 {
        REPORTED.spans()
    }

    fn processor_time(&self) -> Duration {
        processor_time(&["fastrace"])
    }
}

/// Starts the reporter on first use.
pub(crate) fn reporting() -> Box<dyn Pipeline> {
    LazyLock::force(&REPORTED);
    Box::new(Reporting)
}

//! Parents of spans: across `await`, with native OpenTelemetry spans, and with attached providers.

use integration_tests::{InMemoryExporter, Program, block_on, block_on_threads, traced};
use trace_runtime::opentelemetry::trace::{TraceContextExt, Tracer, TracerProvider};
use trace_runtime::opentelemetry::{Context, KeyValue, global};
use trace_runtime::opentelemetry_sdk::trace::SdkTracerProvider;
use trace_runtime::{agent, chain, llm};

#[llm]
async fn ask(question: u8) {
    tokio::task::yield_now().await;
    inner(question);
    tokio::task::yield_now().await;
}

#[chain]
fn inner(question: u8) {
    let _ = question;
}

#[agent]
async fn at_once() {
    tokio::join!(ask(1), ask(2));
}

const AT_ONCE: &str = "at_once [AGENT] ok in={}
  ask [LLM] ok in={\"question\":1}
    inner [CHAIN] ok in=1
  ask [LLM] ok in={\"question\":2}
    inner [CHAIN] ok in=2
";

#[test]
fn interleaved_futures_keep_their_parents() {
    assert_eq!(traced(|| block_on(at_once())), AT_ONCE);
    assert_eq!(traced(|| block_on_threads(at_once())), AT_ONCE);
}

#[agent]
fn with_native_span() {
    let tracer = global::tracer("native");
    tracer.in_span("native", |context| {
        context.span().set_attribute(KeyValue::new("openinference.span.kind", "CHAIN"));
        inner(1);
    });
}

#[test]
fn opentelemetry_spans_nest_above_and_below() {
    let tree = traced(|| {
        let tracer = global::tracer("native");
        tracer.in_span("outermost", |_| with_native_span());
    });
    assert_eq!(
        tree,
        "outermost [] unset
  with_native_span [AGENT] ok in={}
    native [CHAIN] unset
      inner [CHAIN] ok in=1
"
    );
}

#[chain]
fn through_the_api() {
    let context = Context::current();
    context.span().set_attribute(KeyValue::new("set.by.hand", 1));
    context.span().set_attribute(KeyValue::new("set.by.hand", 2));
    context.span().set_attribute(KeyValue::new("output.value", "by hand"));
    context.span().update_name("renamed");
}

#[test]
fn opentelemetry_current_span_edits_the_traced_span() {
    let program = Program::start();
    through_the_api();
    assert_eq!(program.attribute("renamed", "set.by.hand").as_deref(), Some("2"));
    assert_eq!(program.attribute("renamed", "output.value").as_deref(), Some("by hand"));
}

#[test]
fn unsampled_trace_records_no_descendants() {
    let program = Program::start_with(|builder| builder.sample_ratio(0.0));
    block_on(at_once());
    assert_eq!(program.tree(), "");
}

#[test]
fn suppressed_telemetry_records_nothing() {
    let tree = traced(|| {
        let _suppressed = Context::enter_telemetry_suppressed_scope();
        inner(1);
    });
    assert_eq!(tree, "");
}

#[test]
fn attached_provider_shares_its_traces() {
    let _lock = Program::lock();
    let provider = SdkTracerProvider::builder().build();
    let registration = trace_runtime::register().provider(provider.clone()).install().unwrap();
    provider.tracer("application").in_span("application", |context| {
        let trace = context.span().span_context().trace_id();
        assert_eq!(trace_of_call(), trace);
    });
    registration.flush().unwrap();
    drop(registration);
    // The provider still records after the registration is dropped.
    let span = provider.tracer("application").start("later");
    assert!(trace_runtime::opentelemetry::trace::Span::is_recording(&span));
}

#[chain(attributes("code.line.number" = 1))]
fn crowded() -> &'static str {
    for n in 0..300 {
        trace_runtime::current_span().set_attribute(format!("message.{n}"), n);
    }
    "the output"
}

#[test]
fn attached_provider_attribute_limit_keeps_the_output() {
    let _lock = Program::lock();
    let exporter = InMemoryExporter::default();
    // The SDK's default limit is 128 attributes.
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let registration = trace_runtime::register().provider(provider).install().unwrap();
    crowded();
    registration.shutdown().unwrap();
    let spans = exporter.spans();
    assert_eq!(spans[0].attributes.len(), 128);
    let keys: Vec<&str> = spans[0].attributes.iter().map(|kv| kv.key.as_str()).collect();
    assert!(
        keys.contains(&"output.value") && keys.contains(&"openinference.span.kind"),
        "{keys:?}"
    );
}

#[chain]
fn trace_of_call() -> trace_runtime::opentelemetry::TraceId {
    trace_runtime::current_span().trace_id()
}

//! Parents, across everything that runs code.

use integration_tests::{Program, block_on, block_on_threads, traced};
use std::sync::{Arc, Mutex};
use trace_runtime::opentelemetry::trace::{TraceContextExt, Tracer, TracerProvider};
use trace_runtime::opentelemetry::{Context, KeyValue, global};
use trace_runtime::opentelemetry_sdk::error::OTelSdkResult;
use trace_runtime::opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
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
fn opentelemetry_s_own_spans_nest_both_ways() {
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
fn the_current_span_of_opentelemetry_is_the_live_span() {
    let program = Program::start();
    through_the_api();
    assert_eq!(program.attribute("renamed", "set.by.hand").as_deref(), Some("2"));
    assert_eq!(program.attribute("renamed", "output.value").as_deref(), Some("by hand"));
}

#[test]
fn a_trace_that_is_not_sampled_stays_so_below() {
    let program = Program::start_with(|builder| builder.sample_ratio(0.0));
    block_on(at_once());
    assert_eq!(program.tree(), "");
}

#[test]
fn nothing_is_recorded_where_telemetry_is_suppressed() {
    let tree = traced(|| {
        let _suppressed = Context::enter_telemetry_suppressed_scope();
        inner(1);
    });
    assert_eq!(tree, "");
}

#[test]
fn an_attached_provider_gets_the_spans() {
    let _turn = Program::turn();
    let provider = SdkTracerProvider::builder().build();
    let registration = trace_runtime::register().provider(provider.clone()).install().unwrap();
    provider.tracer("application").in_span("application", |context| {
        let trace = context.span().span_context().trace_id();
        assert_eq!(trace_of_call(), trace);
    });
    registration.flush().unwrap();
    drop(registration);
    // It goes on without us.
    let span = provider.tracer("application").start("later");
    assert!(trace_runtime::opentelemetry::trace::Span::is_recording(&span));
}

#[derive(Clone, Debug, Default)]
struct Kept(Arc<Mutex<Vec<SpanData>>>);

impl SpanExporter for Kept {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.lock().unwrap().extend(batch);
        Ok(())
    }
}

#[chain(attributes("code.line.number" = 1))]
fn crowded() -> &'static str {
    for n in 0..300 {
        trace_runtime::current_span().set_attribute(format!("message.{n}"), n);
    }
    "the output"
}

#[test]
fn an_attached_provider_s_limit_does_not_cost_the_output() {
    let _turn = Program::turn();
    let kept = Kept::default();
    // The SDK's limit of 128 attributes.
    let provider = SdkTracerProvider::builder().with_simple_exporter(kept.clone()).build();
    let registration = trace_runtime::register().provider(provider).install().unwrap();
    crowded();
    registration.shutdown().unwrap();
    let spans = kept.0.lock().unwrap();
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

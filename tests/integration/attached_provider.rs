//! Spans of a provider that the application built itself and attached with `provider(..)`.

use integration_tests::{InMemoryExporter, Program, Receiver, block_on};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, SystemTime};
use trace_runtime::opentelemetry::trace::{
    SpanContext, SpanId, SpanKind, Status, TraceContextExt, TraceId, TraceState, Tracer,
    TracerProvider,
};
use trace_runtime::opentelemetry::{Context, KeyValue};
use trace_runtime::opentelemetry_sdk::error::OTelSdkResult;
use trace_runtime::opentelemetry_sdk::trace::{
    Sampler, SamplingDecision, SamplingResult, SdkTracerProvider, ShouldSample, Span, SpanData,
    SpanProcessor,
};
use trace_runtime::{
    Registration, chain, current_span, register,
    scope::{suppress_tracing, using_session},
};

#[derive(Clone, Debug, Default)]
struct WatchedProcessor {
    ended: InMemoryExporter,
    shut_down: Arc<AtomicUsize>,
}

impl SpanProcessor for WatchedProcessor {
    /// Attaches another context and calls a traced function, as instrumented code may.
    fn on_start(&self, _span: &mut Span, context: &Context) {
        let _attached = context.with_telemetry_suppressed().attach();
        leaf();
    }

    fn on_end(&self, span: SpanData) {
        let _suppressed = Context::enter_telemetry_suppressed_scope();
        self.ended.add(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        self.shut_down.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

#[chain]
fn leaf() -> SpanContext {
    current_span().span_context()
}

#[chain]
fn branch() -> SpanContext {
    let span = current_span();
    span.set_attribute("by.hand", 1);
    span.add_event("event", []);
    let context = Context::current();
    context.span().add_link(leaf(), vec![KeyValue::new("n", 1)]);
    context.span().update_name("renamed");
    context.span().set_status(Status::error("by hand"));
    span.span_context()
}

#[chain]
async fn later() -> SpanContext {
    tokio::task::yield_now().await;
    leaf()
}

#[chain]
fn returned() -> impl Future<Output = SpanContext> {
    later()
}

/// Installs a registration on an existing provider.
fn attach(provider: &SdkTracerProvider) -> Registration {
    register().provider(provider.clone()).install().unwrap()
}

#[test]
fn processor_entering_a_context_on_start_receives_all_spans() {
    let _lock = Program::lock();
    let watched = WatchedProcessor::default();
    let provider = SdkTracerProvider::builder().with_span_processor(watched.clone()).build();
    let registration = attach(&provider);
    branch();
    block_on(returned());
    registration.shutdown().unwrap();
    let names: Vec<_> = watched.ended.spans().into_iter().map(|span| span.name).collect();
    assert_eq!(names, ["leaf", "renamed", "leaf", "later", "returned"]);
}

#[test]
fn span_edits_reach_the_processor() {
    let _lock = Program::lock();
    let watched = WatchedProcessor::default();
    let provider = SdkTracerProvider::builder().with_span_processor(watched.clone()).build();
    let registration = attach(&provider);
    let branch = using_session("s").in_scope(branch);
    registration.shutdown().unwrap();
    let spans = watched.ended.spans();
    let [leaf, span] = &spans[..] else { panic!("{spans:?}") };
    assert_eq!((&span.span_context, leaf.parent_span_id), (&branch, branch.span_id()));
    assert_eq!(span.name, "renamed");
    assert_eq!(span.status, Status::error("by hand"));
    assert_eq!(span.events.events[0].name, "event");
    assert_eq!(span.links.links[0].span_context, leaf.span_context);
    let value = |key: &str| {
        let found = span.attributes.iter().find(|set| set.key.as_str() == key);
        found.map(|set| set.value.to_string()).unwrap_or_default()
    };
    let keys = ["openinference.span.kind", "session.id", "by.hand", "input.value", "output.value"];
    let values = keys.map(value);
    assert_eq!(values[..4], ["CHAIN", "s", "1", "{}"]);
    assert!(values[4].starts_with("SpanContext"), "{values:?}");
}

/// A sampler that records every span and exports none.
#[derive(Clone, Debug)]
struct RecordOnly;

impl ShouldSample for RecordOnly {
    fn should_sample(
        &self,
        _parent: Option<&Context>,
        _trace: TraceId,
        _name: &str,
        _kind: &SpanKind,
        _attributes: &[KeyValue],
        _links: &[trace_runtime::opentelemetry::trace::Link],
    ) -> SamplingResult {
        let decision = SamplingDecision::RecordOnly;
        SamplingResult { decision, attributes: Vec::new(), trace_state: TraceState::NONE }
    }
}

/// Calls `branch` with this sampler; returns the spans that ended and the context of its span.
fn sampled(sampler: impl ShouldSample + 'static) -> (Vec<SpanData>, SpanContext) {
    let _lock = Program::lock();
    let watched = WatchedProcessor::default();
    let builder = SdkTracerProvider::builder().with_sampler(sampler);
    let provider = builder.with_span_processor(watched.clone()).build();
    let registration = attach(&provider);
    let branch = branch();
    registration.shutdown().unwrap();
    (watched.ended.spans(), branch)
}

#[test]
fn provider_sampler_decides_recording() {
    let (spans, context) = sampled(Sampler::AlwaysOff);
    assert!(spans.is_empty() && context.is_valid() && !context.is_sampled());

    let (spans, _) = sampled(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(0.0))));
    assert!(spans.is_empty());

    let (spans, context) = sampled(RecordOnly);
    assert!(!context.is_sampled());
    assert_eq!(spans.iter().filter(|span| span.parent_span_id == SpanId::INVALID).count(), 1);
    assert!(spans[1].attributes.iter().any(|set| set.key.as_str() == "output.value"));
}

/// The processor of this crate, in a provider of the application.
#[test]
fn span_that_is_recorded_but_not_sampled_is_not_delivered() {
    let _lock = Program::lock();
    let receiver = Receiver::http();
    let builder = register().verbose(false).endpoint(receiver.endpoint());
    let processor = builder.processor().unwrap();
    let provider = SdkTracerProvider::builder().with_sampler(RecordOnly);
    let provider = provider.with_span_processor(processor.clone()).build();
    provider.tracer("mine").in_span("recorded", |_| {});
    provider.shutdown().unwrap();
    assert_eq!(processor.stats().remove(0).ended, 0);
}

#[chain(root)]
fn root() -> SpanContext {
    let an_hour_ago = SystemTime::now() - Duration::from_secs(3600);
    Context::current().span().end_with_timestamp(an_hour_ago);
    current_span().span_context()
}

#[chain(root)]
fn quiet_root() {}

#[chain]
fn around_a_root() -> (SpanContext, SpanContext) {
    suppress_tracing().in_scope(quiet_root);
    (current_span().span_context(), root())
}

#[test]
fn root_span_starts_a_trace_and_keeps_an_explicit_end_time() {
    let _lock = Program::lock();
    let watched = WatchedProcessor::default();
    let provider = SdkTracerProvider::builder().with_span_processor(watched.clone()).build();
    let registration = attach(&provider);
    let (around, root) = around_a_root();
    registration.shutdown().unwrap();
    assert_ne!(around.trace_id(), root.trace_id());
    let spans = watched.ended.spans();
    assert_eq!(spans.len(), 2, "{spans:?}");
    assert_eq!((&spans[0].span_context, spans[0].parent_span_id), (&root, SpanId::INVALID));
    assert!(spans[0].end_time < spans[0].start_time);
}

#[test]
fn future_started_after_shutdown_is_reported_lost() {
    let _lock = Program::lock();
    let watched = WatchedProcessor::default();
    let provider = SdkTracerProvider::builder().with_span_processor(watched.clone()).build();
    let reported = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&reported);
    let builder = register().provider(provider).on_diagnostic(move |diagnostic| {
        assert!(diagnostic.to_string().contains("began after"), "{diagnostic}");
        counter.fetch_add(1, Ordering::SeqCst);
    });
    let registration = builder.install().unwrap();
    let future = returned();
    registration.shutdown().unwrap();
    assert!(!block_on(future).is_valid());
    assert_eq!(reported.load(Ordering::SeqCst), 1);
    assert!(watched.ended.spans().is_empty());
}

#[test]
fn shutdown_releases_the_provider() {
    let _lock = Program::lock();
    let watched = WatchedProcessor::default();
    let provider = SdkTracerProvider::builder().with_span_processor(watched.clone()).build();
    let registration = attach(&provider);
    // A thread that used the provider and stays alive: its thread-local cache must not keep the
    // provider alive either.
    let (end, ended) = mpsc::channel::<()>();
    let (call, called) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        call.send(leaf()).unwrap();
        ended.recv().unwrap_err();
    });
    assert!(called.recv().unwrap().is_valid());
    leaf();
    drop(registration);
    assert_eq!(watched.shut_down.load(Ordering::SeqCst), 0);
    // This drops the last handle, on which the SDK shuts the provider down.
    drop(provider);
    assert_eq!(watched.shut_down.load(Ordering::SeqCst), 1);
    drop(end);
    thread.join().unwrap();
}

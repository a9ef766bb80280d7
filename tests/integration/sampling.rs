//! Sampling decisions: by the registration, by remote parents and by invalid parents.

use integration_tests::{Program, block_on};
use trace_runtime::opentelemetry::Context;
use trace_runtime::opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState, Tracer, TracerProvider,
    noop::NoopTracerProvider,
};
use trace_runtime::{chain, current_span, scope::using_session};

#[chain]
fn leaf() -> SpanContext {
    current_span().span_context()
}

#[chain(root)]
fn root() -> SpanContext {
    leaf();
    current_span().span_context()
}

#[chain(parent = parent)]
fn below(parent: &SpanContext) -> SpanContext {
    current_span().span_context()
}

#[chain(parent = parent)]
async fn later(parent: &SpanContext) {}

fn remote(flags: TraceFlags) -> SpanContext {
    let state = TraceState::from_key_value([("vendor", "1")]).unwrap();
    SpanContext::new(TraceId::from(7), SpanId::from(8), flags, true, state)
}

#[test]
fn remote_parent_passes_on_trace_id_and_state() {
    let program = Program::start();
    let child = below(&remote(TraceFlags::SAMPLED));
    assert_eq!(child.trace_id(), TraceId::from(7));
    assert_eq!(child.trace_state().get("vendor"), Some("1"));
    assert!(!child.is_remote() && child.is_sampled());
    let span = &program.spans()[0];
    assert_eq!(span.parent_span_id, SpanId::from(8));
    assert!(span.parent_span_is_remote);
    assert_eq!(span.span_context, child);
}

#[test]
fn unsampled_parent_suppresses_all_but_root_spans() {
    let program = Program::start();
    let parent = remote(TraceFlags::default());
    assert_eq!(below(&parent), parent);
    let context = Context::new().with_remote_span_context(parent.clone());
    let _attached = context.attach();
    assert_eq!(leaf(), parent);
    assert_ne!(root().trace_id(), parent.trace_id());
    assert_eq!(program.tree().lines().count(), 2, "{}", program.tree());
}

#[test]
fn unsampled_trace_has_a_valid_id() {
    let program = Program::start_with(|builder| builder.sample_ratio(0.0));
    let unsampled = root();
    assert!(unsampled.is_valid() && !unsampled.is_sampled());
    assert_eq!(program.tree(), "");
}

#[test]
fn invalid_parent_starts_a_new_trace() {
    let program = Program::start();
    below(&SpanContext::NONE);
    block_on(later(&current_span().span_context()));
    assert_eq!(program.spans().len(), 2);
}

#[test]
fn parent_of_a_noop_provider_does_not_stop_recording() {
    let program = Program::start();
    let tracer = NoopTracerProvider::new().tracer("nothing");
    tracer.in_span("nothing", |_| leaf());
    assert_eq!(program.tree().lines().count(), 1);
}

#[test]
fn session_reaches_root_spans_below_an_unsampled_trace() {
    #[chain(session = "s")]
    fn outer() {
        root();
    }
    let program = Program::start();
    let context = Context::new().with_remote_span_context(remote(TraceFlags::default()));
    let _attached = context.attach();
    outer();
    using_session("t").in_scope(root);
    let spans = program.spans();
    let sessions: Vec<_> = spans
        .iter()
        .filter(|span| span.name == "root")
        .map(|span| {
            let mut found = span.attributes.iter().filter(|kv| kv.key.as_str() == "session.id");
            found.next().unwrap().value.to_string()
        })
        .collect();
    assert_eq!(sessions, ["s", "t"]);
}

//! Callers in other processes as parents: followed, or ignored and linked.

use super::{
    SAMPLED, UNSAMPLED, attached, handle, handle_later, headers, message, receive, send, span,
};
use integration_tests::{Program, block_on};
use trace_runtime::chain;
use trace_runtime::opentelemetry::Context;
use trace_runtime::opentelemetry::trace::{SpanId, TraceId};
use trace_runtime::opentelemetry_sdk::trace::SpanData;
use trace_runtime::propagation::extract;

#[test]
fn unsampled_caller_records_nothing_and_is_passed_on() {
    let program = Program::start();
    let fields = message([("traceparent", UNSAMPLED), ("tracestate", "vendor=1")]);
    assert_eq!(receive(&fields), fields);
    handle(&headers([("traceparent", UNSAMPLED)]));
    assert_eq!(program.tree(), "");
}

#[test]
fn sampled_caller_is_followed_whatever_the_ratio() {
    let program = Program::start_with(|builder| builder.sample_ratio(0.0));
    handle(&headers([("traceparent", SAMPLED)]));
    send();
    let spans = program.spans();
    assert_eq!(spans.len(), 1);
    assert_eq!(spans[0].parent_span_id.to_string(), "b7ad6b7169203331");
}

/// Asserts that a span began its own trace, with a link to the remote parent.
fn assert_linked(span: &SpanData) {
    let remote = TraceId::from_hex("0af7651916cd43dd8448eb211c80319c").unwrap();
    assert_ne!(span.span_context.trace_id(), remote);
    assert_eq!(span.parent_span_id, SpanId::INVALID);
    let [link] = &span.links.links[..] else { panic!("one link: {span:?}") };
    assert_eq!(link.span_context.trace_id(), remote);
    assert_eq!(link.span_context.span_id().to_string(), "b7ad6b7169203331");
}

#[chain(parent = parent)]
fn serve_below(parent: Context) {
    send();
}

#[test]
fn ignored_remote_parent_becomes_a_link() {
    let program = Program::start_with(|builder| builder.ignore_remote_parent(true));
    handle(&headers([("traceparent", SAMPLED)]));
    handle(&headers([("traceparent", UNSAMPLED), ("tracestate", "vendor=1")]));
    block_on(handle_later(&headers([("traceparent", UNSAMPLED)])));
    let spans = program.spans();
    assert_eq!(spans.len(), 3, "the caller does not decide about sampling");
    for span in &spans {
        assert_linked(span);
        assert_eq!(span.span_context.trace_state().header(), "");
    }
}

#[test]
fn ignored_remote_parent_changes_neither_children_nor_local_parents() {
    let program = Program::start_with(|builder| builder.ignore_remote_parent(true));
    serve_below(extract(|name| (name == "traceparent").then_some(SAMPLED)));
    let spans = program.spans();
    let (serve, send) = (span(&spans, "serve_below"), span(&spans, "send"));
    assert_linked(serve);
    assert_eq!(send.parent_span_id, serve.span_context.span_id());
    assert!(send.links.links.is_empty());
}

#[test]
fn attached_provider_links_to_an_ignored_remote_parent() {
    let _lock = Program::lock();
    let (registration, exporter) =
        attached(|builder| builder.propagators(true).ignore_remote_parent(true));
    handle(&headers([("traceparent", SAMPLED)]));
    drop(registration);
    assert_linked(&exporter.spans()[0]);
}

//! Fields of messages and headers: the span, its trace state and baggage.

use super::{
    Message, SAMPLED, UNSAMPLED, handle, headers, message, receive, send, span, trace_parent,
};
use axum::http::{HeaderMap, HeaderValue};
use integration_tests::Program;
use std::collections::BTreeMap;
use trace_runtime::opentelemetry::baggage::BaggageExt;
use trace_runtime::opentelemetry::trace::{SpanContext, TraceContextExt};
use trace_runtime::opentelemetry_sdk::trace::SpanData;
use trace_runtime::propagation::{extract_from_headers, inject_into_headers};
use trace_runtime::{agent, chain, current_span};

#[test]
fn message_makes_the_receiver_a_child_of_the_sender() {
    let program = Program::start();
    let (sender, message) = send();
    assert_eq!(message, BTreeMap::from([("traceparent".to_owned(), trace_parent(&sender))]));
    receive(&message);
    let spans = program.spans();
    let received = span(&spans, "receive");
    assert_eq!(received.span_context.trace_id(), sender.trace_id());
    assert_eq!(received.parent_span_id, sender.span_id());
    assert!(received.parent_span_is_remote);
}

#[test]
fn trace_state_and_baggage_are_passed_on() {
    let program = Program::start();
    let fields = [("traceparent", SAMPLED), ("tracestate", "vendor=1"), ("baggage", "k=v%20w")];
    let passed_on = receive(&message(fields));
    let span = current_span_of(&program);
    let expected = [
        ("traceparent", &*trace_parent(&span.span_context)),
        ("tracestate", "vendor=1"),
        ("baggage", "k=v%20w"),
    ];
    assert_eq!(passed_on, message(expected));
}

fn current_span_of(program: &Program) -> SpanData {
    program.spans().pop().expect("a span")
}

#[test]
fn invalid_and_missing_fields_leave_the_current_span_as_the_parent() {
    #[chain]
    fn serve(requests: &[Message]) {
        for request in requests {
            receive(request);
        }
    }
    let program = Program::start();
    let too_long = format!("{SAMPLED}-{}", "x".repeat(100_000));
    serve(&[
        Message::new(),
        message([("traceparent", "garbage")]),
        message([("traceparent", "00-7-8-01")]),
        message([("traceparent", &too_long)]),
        message([("tracestate", "vendor=1"), ("baggage", ";;;=,")]),
    ]);
    let spans = program.spans();
    let serve = span(&spans, "serve");
    let received: Vec<_> = spans.iter().filter(|span| span.name == "receive").collect();
    assert_eq!(received.len(), 5);
    for span in received {
        assert_eq!(span.parent_span_id, serve.span_context.span_id(), "{span:?}");
        assert!(!span.parent_span_is_remote);
    }
}

#[test]
fn headers_are_replaced_as_a_whole_and_read_when_split() {
    let program = Program::start();
    // The headers of an incoming request, which are forwarded.
    let mut forwarded =
        headers([("traceparent", UNSAMPLED), ("tracestate", "old=1"), ("accept", "*/*")]);
    #[agent]
    fn forward(headers: &mut HeaderMap) -> SpanContext {
        inject_into_headers(headers);
        current_span().span_context()
    }
    let sender = forward(&mut forwarded);
    assert_eq!(forwarded.len(), 2, "{forwarded:?}");
    assert_eq!(forwarded["traceparent"], trace_parent(&sender));
    assert_eq!(handle(&forwarded).trace_id(), sender.trace_id());

    let mut split = headers([("traceparent", SAMPLED), ("tracestate", "a=1"), ("baggage", "x=1")]);
    split.append("tracestate", HeaderValue::from_static("b=2"));
    split.append("baggage", HeaderValue::from_static("y=2"));
    let context = extract_from_headers(&split);
    assert_eq!(context.baggage().len(), 2);
    assert_eq!(context.span().span_context().trace_state().header(), "a=1,b=2");
    drop(program);
}

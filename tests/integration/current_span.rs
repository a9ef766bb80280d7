//! `current_span()` inside and outside the body of a traced function.

use integration_tests::{Program, traced};
use trace_runtime::opentelemetry::KeyValue;
use trace_runtime::opentelemetry::trace::{SpanId, TraceId};
use trace_runtime::{chain, current_span};

#[chain]
fn by_hand() -> &'static str {
    let span = current_span();
    span.set_input(&["by", "hand"]);
    span.set_output("set");
    span.add_event("halfway", [KeyValue::new("exception.message", "not really")]);
    "returned"
}

#[chain]
fn records_an_error() -> u8 {
    let error = "x".parse::<u8>().unwrap_err();
    current_span().record_error(&error);
    0
}

#[test]
fn values_set_in_the_body_override_captured_ones() {
    let tree = traced(|| {
        by_hand();
        records_an_error();
    });
    assert_eq!(
        tree,
        r#"by_hand [CHAIN] ok in=["by","hand"] out=set
  !halfway | not really
records_an_error [CHAIN] error(ParseIntError: invalid digit found in string) in={} out=0
  !exception | core::num::error::ParseIntError | invalid digit found in string
"#
    );
}

#[chain]
fn ids() -> (TraceId, SpanId) {
    (current_span().trace_id(), current_span().span_id())
}

#[test]
fn ids_match_the_exported_span() {
    let program = Program::start();
    let (trace, span) = ids();
    let spans = program.spans();
    assert_eq!(spans[0].span_context.trace_id(), trace);
    assert_eq!(spans[0].span_context.span_id(), span);
}

#[test]
fn calls_outside_a_span_do_nothing() {
    let _lock = Program::lock();
    let span = current_span();
    span.set_attribute("a", 1);
    span.set_output("b");
    span.add_event("c", []);
    span.record_error(&std::fmt::Error);
    assert_eq!(span.trace_id(), TraceId::INVALID);
    assert!(!span.is_recording());
}

#[chain(attributes("input.value" = "explicit", "code.line.number" = 1))]
fn explicit(_text: &str) -> u8 {
    current_span().set_attribute("output.mime_type", "text/markdown");
    7
}

#[test]
fn explicit_attributes_override_captured_ones_key_by_key() {
    let program = Program::start();
    explicit("captured");
    let attribute = |key| program.attribute("explicit", key).unwrap();
    assert_eq!(attribute("input.value"), "explicit");
    assert_eq!(attribute("code.line.number"), "1");
    assert_eq!(
        (attribute("output.value"), attribute("output.mime_type")),
        ("7".to_owned(), "text/markdown".to_owned())
    );
}

//! Child processes that continue the trace of their parent, by their environment.

use super::{Message, SAMPLED, UNSAMPLED, handle_later, injected, message, trace_parent};
use axum::http::HeaderMap;
use integration_tests::delivery::{ENDPOINT, env_of_parent};
use integration_tests::{Program, Receiver, block_on, child, is_child};
use std::collections::HashMap;
use std::process::Command;
use trace_runtime::opentelemetry::trace::{SpanContext, SpanId};
use trace_runtime::propagation::inject_into_command;
use trace_runtime::scope::using_session;
use trace_runtime::{agent, chain, current_span, register, tool};

#[agent]
fn start_worker(command: &mut Command) -> SpanContext {
    inject_into_command(command);
    assert!(command.status().unwrap().success());
    current_span().span_context()
}

#[tool]
fn work() -> Message {
    part();
    injected()
}

#[chain]
fn part() {}

#[chain(root)]
fn apart() {}

#[test]
fn child_process_joins_the_trace_of_its_parent() {
    if is_child() {
        let builder = register().verbose(false).endpoint(env_of_parent(ENDPOINT));
        let _registration = builder.parent_from_environment().install().unwrap();
        std::thread::spawn(work).join().unwrap();
        apart();
        return;
    }
    let receiver = Receiver::http();
    let _lock = Program::lock();
    let registration = register().verbose(false).endpoint(receiver.endpoint()).install().unwrap();
    let mut command =
        child("propagation::child_processes::child_process_joins_the_trace_of_its_parent");
    let caller = start_worker(command.env(ENDPOINT, receiver.endpoint()));
    registration.shutdown().unwrap();
    let spans = receiver.spans();
    let named = |name: &str| spans.iter().find(|span| span.name == name).expect("a span");
    let (start, work) = (named("start_worker"), named("work"));
    assert_eq!(start.span_id, caller.span_id().to_bytes());
    assert_eq!(work.parent_span_id, start.span_id);
    assert_eq!(named("part").parent_span_id, work.span_id);
    assert!([work, named("part")].iter().all(|span| span.trace_id == start.trace_id));
    assert_ne!(named("apart").trace_id, start.trace_id);
}

#[test]
fn environment_of_a_child_has_the_current_span_only() {
    let _program = Program::start();
    let environment = |command: &Command| -> HashMap<String, Option<String>> {
        let text = |text: &std::ffi::OsStr| text.to_string_lossy().into_owned();
        command.get_envs().map(|(name, value)| (text(name), value.map(text))).collect()
    };
    let mut outside = Command::new("worker");
    inject_into_command(&mut outside);
    assert!(environment(&outside).is_empty(), "the child inherits the variables");

    #[agent]
    fn prepare(command: &mut Command) -> SpanContext {
        inject_into_command(command);
        current_span().span_context()
    }
    let mut inside = Command::new("worker");
    inside.env("TRACESTATE", "old=1");
    let span = using_session("s").propagated().in_scope(|| prepare(&mut inside));
    let expected = [
        ("TRACEPARENT".to_owned(), Some(trace_parent(&span))),
        ("TRACESTATE".to_owned(), None),
        ("BAGGAGE".to_owned(), Some("session.id=s".to_owned())),
    ];
    assert_eq!(environment(&inside), HashMap::from(expected));
}

/// Rows of `TRACEPARENT`, `TRACESTATE`, and the parent of the child's span; `none` if the child
/// records nothing.
const PARENTS: &[(&str, &str, &str)] = &[
    (SAMPLED, "vendor=1", "b7ad6b7169203331"),
    (UNSAMPLED, "vendor=1", "none"),
    ("garbage", "vendor=1", "0000000000000000"),
    ("", "", "0000000000000000"),
];

#[test]
fn parent_in_the_environment_is_followed() {
    if is_child() {
        let program = Program::start_with(trace_runtime::Builder::parent_from_environment);
        let sent = work();
        let spans = program.spans();
        let parent = spans.iter().find(|span| span.name == "work");
        let parent = parent.map_or("none".to_owned(), |span| span.parent_span_id.to_string());
        assert_eq!(parent, env_of_parent("TEST_PARENT"));
        if parent == "none" {
            assert_eq!(sent, message([("traceparent", UNSAMPLED), ("tracestate", "vendor=1")]));
        }
        let later = block_on(handle_later(&HeaderMap::new()));
        let is_remote_trace = later.trace_id().to_string() == SAMPLED[3..35];
        assert_eq!(is_remote_trace, parent != SpanId::INVALID.to_string());
        return;
    }
    for (trace_parent, trace_state, parent) in PARENTS {
        let mut command =
            child("propagation::child_processes::parent_in_the_environment_is_followed");
        command.env("TRACEPARENT", trace_parent).env("TRACESTATE", trace_state);
        let output = command.env("TEST_PARENT", parent).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{trace_parent}: {stderr}");
    }
}

#[test]
fn parent_in_the_environment_is_not_read_unasked() {
    if is_child() {
        let program = Program::start();
        work();
        assert!(program.spans().iter().all(|span| !span.parent_span_is_remote));
        return;
    }
    let mut command =
        child("propagation::child_processes::parent_in_the_environment_is_not_read_unasked");
    let output = command.env("TRACEPARENT", SAMPLED).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

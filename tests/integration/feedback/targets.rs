//! Annotations of spans, traces and sessions, and their order after the spans.

use super::{answer, install, phoenix, stats, thumbs_up};
use integration_tests::delivery::unused_endpoint;
use integration_tests::{Phoenix, Program, child, is_child};
use serde_json::json;
use trace_runtime::feedback::{AnnotateError, Annotation, SpanRef, Target};
use trace_runtime::scope::using_session;
use trace_runtime::{Feedback, Registration, agent, current_span, register};

#[test]
fn feedback_lands_on_span_trace_and_session() {
    let _lock = Program::lock();
    let (phoenix, receiver) = phoenix();
    let (registration, messages) = install(&receiver.endpoint(), |builder| builder);
    let span = using_session("chat-7").in_scope(answer);
    let id: SpanRef = span.to_string().parse().unwrap();
    registration.annotate(id, thumbs_up().metadata("page", "chat")).unwrap();
    registration.annotate(Target::trace(&id), thumbs_up().code()).unwrap();
    registration.annotate(Target::session("chat-7"), thumbs_up().llm()).unwrap();
    registration.flush().unwrap();
    assert_eq!((stats(&registration).given, stats(&registration).delivered), (3, 3));
    registration.shutdown().unwrap();
    let span_id = span.span_id().to_string();
    let expected = json!({
        "span_id": span_id,
        "name": "user_feedback",
        "annotator_kind": "HUMAN",
        "result": {"score": 1.0, "label": "good", "explanation": "short"},
        "metadata": {"page": "chat"},
        "identifier": "",
    });
    assert_eq!(phoenix.annotation(&span_id, "user_feedback"), Some(expected));
    let kind = |target: &str| {
        phoenix.annotation(target, "user_feedback").unwrap()["annotator_kind"].clone()
    };
    assert_eq!((kind(&span.trace_id().to_string()), kind("chat-7")), (json!("CODE"), json!("LLM")));
    // The spans were accepted before, so no target was unknown.
    assert_eq!(phoenix.data().unknown, 0);
    assert!(messages.lock().unwrap().is_empty(), "{messages:?}");
}

/// Gives feedback for itself, while it runs.
#[agent]
fn judge_itself(registration: &Registration, phoenix: &Phoenix) -> SpanRef {
    let id = current_span().id();
    registration.annotate(id, thumbs_up()).unwrap();
    // A flush does not send it either.
    assert!(registration.flush().is_err());
    assert_eq!(phoenix.data().requests, 0);
    id
}

#[test]
fn feedback_is_not_sent_before_its_span_was_accepted() {
    let _lock = Program::lock();
    let (phoenix, receiver) = phoenix();
    let (registration, _) = install(&receiver.endpoint(), |builder| {
        builder.shutdown_timeout(std::time::Duration::from_millis(300))
    });
    let id = judge_itself(&registration, &phoenix);
    drop(registration);
    assert!(phoenix.annotation(&id.span_id().to_string(), "user_feedback").is_some());
    let data = phoenix.data();
    assert_eq!((data.unknown, data.stored), (0, 1));
}

#[test]
fn feedback_with_the_same_name_target_and_identifier_is_replaced() {
    let _lock = Program::lock();
    let (phoenix, receiver) = phoenix();
    let (registration, _) = install(&receiver.endpoint(), |builder| builder);
    let id = answer();
    let annotate = |annotation: Annotation| registration.annotate(id, annotation).unwrap();
    annotate(thumbs_up());
    annotate(thumbs_up().identifier("ada"));
    annotate(thumbs_up().score(0.0).label("bad"));
    registration.shutdown().unwrap();
    assert_eq!((stats(&registration).given, stats(&registration).delivered), (3, 3));
    let last = phoenix.annotation(&id.span_id().to_string(), "user_feedback").unwrap();
    assert_eq!(last["result"]["label"], "bad");
    assert_eq!(phoenix.data().annotations.len(), 2);
}

#[test]
fn secrets_in_feedback_are_redacted() {
    let _lock = Program::lock();
    let (phoenix, receiver) = phoenix();
    let (registration, _) = install(&receiver.endpoint(), |builder| builder);
    let token = "ghp_0123456789abcdefABCDEF0123456789abcd";
    let annotation = thumbs_up().label(token).explanation(format!("it printed {token}"));
    registration.annotate(answer(), annotation.metadata("password", "hunter2!x")).unwrap();
    registration.shutdown().unwrap();
    let data = format!("{:?}", phoenix.data().annotations);
    assert!(data.contains("__REDACTED__"), "{data}");
    assert!(!data.contains("ghp_") && !data.contains("hunter2"), "{data}");
}

#[test]
fn feedback_that_cannot_be_taken_is_an_error() {
    let _lock = Program::lock();
    let no_span = current_span().id();
    let registration = register().verbose(false).endpoint(unused_endpoint());
    let registration = registration.on_diagnostic(|_| {}).install().unwrap();
    assert_eq!(registration.annotate(no_span, thumbs_up()), Err(AnnotateError::NoSpan));
    let empty = registration.annotate(Target::session(""), thumbs_up()).unwrap_err();
    assert!(matches!(empty, AnnotateError::Invalid { field: "session", .. }));
    registration.shutdown().unwrap();
    let ended = registration.annotate(Target::session("s"), thumbs_up()).unwrap_err();
    assert!(matches!(ended, AnnotateError::Ended(_)), "{ended}");

    let other = trace_runtime::Backend::otlp("http://127.0.0.1:9");
    let other = register().backend(other).feedback().unwrap();
    let error = other.annotate(Target::session("s"), thumbs_up()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no destination takes feedback about sessions (the collector at \
         http://127.0.0.1:9/v1/traces): Phoenix over HTTP, Langfuse and MLflow take it; name one \
         with `backend(..)` or TRACE_BACKENDS"
    );
}

#[test]
fn feedback_for_a_span_that_is_not_sampled_is_ignored() {
    let _lock = Program::lock();
    let (phoenix, receiver) = phoenix();
    let (registration, _) = install(&receiver.endpoint(), |builder| builder.sample_ratio(0.0));
    let id = answer();
    assert!(!id.is_sampled());
    if id.is_valid() {
        registration.annotate(id, thumbs_up()).unwrap();
    }
    registration.shutdown().unwrap();
    assert_eq!(phoenix.data().requests, 0);
}

/// Runs in a child process, since it reads the environment.
fn annotate_switched_off() {
    let feedback = Feedback::from_env().unwrap();
    feedback.annotate(Target::session("s"), thumbs_up()).unwrap();
    feedback.annotate(current_span().id(), thumbs_up()).unwrap();
    feedback.flush().unwrap();
    assert!(feedback.stats().is_empty());
    let registration = register().install().unwrap();
    registration.annotate(answer(), thumbs_up()).unwrap();
}

#[test]
fn feedback_is_ignored_if_tracing_is_switched_off() {
    if is_child() {
        return annotate_switched_off();
    }
    let mut child = child("feedback::targets::feedback_is_ignored_if_tracing_is_switched_off");
    let output = child.env("OTEL_SDK_DISABLED", "true").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

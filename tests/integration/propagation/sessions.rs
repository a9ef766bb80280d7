//! Sessions and users that travel as baggage.

use super::{SAMPLED, message, receive, send, span};
use integration_tests::Program;
use trace_runtime::opentelemetry::Context;
use trace_runtime::opentelemetry_sdk::trace::SpanData;
use trace_runtime::propagation::extract;
use trace_runtime::scope::{using_baggage, using_session};
use trace_runtime::{chain, tool};

#[test]
fn propagated_session_arrives_only_when_asked_for() {
    #[tool(parent = context, skip(context))]
    fn serve(context: Context) {
        quiet();
        using_baggage().in_scope(asked);
    }
    #[chain]
    fn quiet() {}
    #[chain]
    fn asked() {}
    let program = Program::start();
    let private = using_session("private").in_scope(send).1;
    assert!(!private.contains_key("baggage"), "{private:?}");
    let (_, message) = using_session("s").user("ada lovelace").propagated().in_scope(send);
    serve(extract(|name| message.get(name)));
    let spans = program.spans();
    let value = |span: &SpanData, key: &str| {
        let found = span.attributes.iter().find(|attribute| attribute.key.as_str() == key);
        found.map(|attribute| attribute.value.to_string())
    };
    for name in ["serve", "quiet"] {
        assert_eq!(value(span(&spans, name), "session.id"), None);
    }
    assert_eq!(value(span(&spans, "asked"), "session.id").as_deref(), Some("s"));
    assert_eq!(value(span(&spans, "asked"), "user.id").as_deref(), Some("ada lovelace"));
}

/// Serves a message with this baggage, and returns the session and the user of the span.
fn session_and_user(baggage: &str, own: Option<&str>) -> [Option<String>; 2] {
    let program = Program::start_with(|builder| builder.session_from_baggage(true));
    let message = message([("traceparent", SAMPLED), ("baggage", baggage)]);
    match own {
        None => receive(&message),
        Some(own) => using_session(own).in_scope(|| receive(&message)),
    };
    ["session.id", "user.id"].map(|key| program.attribute("receive", key))
}

#[test]
fn received_session_and_user_are_taken_when_the_registration_asks_for_them() {
    let some = |text: &str| Some(text.to_owned());
    let both = "session.id=s%201,user.id=ada,metadata=%7B%22a%22:1%7D";
    assert_eq!(session_and_user(both, None), [some("s 1"), some("ada")]);
    assert_eq!(session_and_user(both, Some("own")), [some("own"), some("ada")]);
    let long = format!("session.id={},user.id=ada", "x".repeat(257));
    assert_eq!(session_and_user(&long, None), [None, some("ada")]);
    assert_eq!(session_and_user("session.id=a%0Ab", None), [None, None]);
    assert_eq!(session_and_user("other=1", None), [None, None]);
}

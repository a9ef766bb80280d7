//! The scores of Langfuse.

use super::{Api, Caller, request};
use crate::delivery::{JsonAttempt, Verb};
use crate::feedback::annotation::Content;
use crate::feedback::record::Record;
use crate::feedback::target::Aim;
use crate::openinference::keys::backends::LANGFUSE_ENVIRONMENT;
use serde_json::{Map, Value, json};

pub(crate) const LANGFUSE: Api =
    Api { traces_path: "/api/public/otel/v1/traces", takes_sessions: true, send };

/// Langfuse replaces a score with the same id. It takes scores of traces that it does not know yet.
fn send(record: &Record, caller: &dyn Caller) -> JsonAttempt {
    let mut score = body(record);
    if let Some(environment) = caller.resource(LANGFUSE_ENVIRONMENT) {
        score["environment"] = environment.into();
    }
    caller.call(&request(Verb::Post, "/api/public/scores", &score))
}

/// A score has one value: the number, the label or the explanation, whichever comes first. A label
/// beside a number becomes metadata.
fn body(record: &Record) -> Value {
    let Content { name, kind, score, label, explanation, metadata, identifier } = &record.content;
    let mut metadata: Map<String, Value> = metadata.clone();
    let (kind_of_value, value) = match (score, label) {
        (Some(score), label) => {
            if let Some(label) = label {
                metadata.entry("label").or_insert_with(|| label.clone().into());
            }
            ("NUMERIC", json!(score))
        }
        (None, Some(label)) => ("CATEGORICAL", json!(label)),
        (None, None) => ("TEXT", json!(explanation)),
    };
    metadata.entry("annotator_kind").or_insert_with(|| json!(kind));
    if !identifier.is_empty() {
        metadata.entry("identifier").or_insert_with(|| identifier.clone().into());
    }
    let mut body = json!({
        "id": format!("{:032x}", record.key()),
        "name": name,
        "value": value,
        "dataType": kind_of_value,
        "metadata": metadata,
    });
    if let Some(explanation) = explanation.as_ref().filter(|_| kind_of_value != "TEXT") {
        body["comment"] = explanation.clone().into();
    }
    match &record.aim {
        Aim::Span(span) => {
            body["traceId"] = span.trace_id().to_string().into();
            body["observationId"] = span.span_id().to_string().into();
        }
        Aim::Trace(span) => body["traceId"] = span.trace_id().to_string().into(),
        Aim::Session(id) => body["sessionId"] = id.clone().into(),
    }
    body
}

#[cfg(test)]
mod tests {
    use super::super::recorder::{SPAN, SPAN_ID, TRACE_ID, full, record, requests};
    use super::*;
    use crate::feedback::{Annotation, SpanRef, Target};

    #[test]
    fn span_is_named_by_trace_and_observation() {
        let span: SpanRef = SPAN.parse().unwrap();
        let calls = requests(&LANGFUSE, "", Target::from(&span), full());
        let [(Verb::Post, path, body)] = &calls[..] else { panic!("one request") };
        assert_eq!(path, "/api/public/scores");
        let id = format!("{:032x}", record(Target::from(&span), full()).key());
        let metadata = json!({
            "page": "chat", "label": "good", "annotator_kind": "LLM", "identifier": "user-1",
        });
        let expected = json!({
            "id": id,
            "traceId": TRACE_ID,
            "observationId": SPAN_ID,
            "name": "user_feedback",
            "value": 1.0,
            "dataType": "NUMERIC",
            "comment": "ok",
            "metadata": metadata,
            "environment": "staging",
        });
        assert_eq!(*body, expected);
    }

    #[test]
    fn value_is_the_label_or_the_explanation_without_a_score() {
        let session = || Target::session("s");
        let body = |annotation| body(&record(session(), annotation));
        let label = body(Annotation::new("a").label("good").explanation("ok"));
        assert_eq!((&label["dataType"], &label["value"]), (&json!("CATEGORICAL"), &json!("good")));
        assert_eq!((&label["comment"], &label["sessionId"]), (&json!("ok"), &json!("s")));
        let text = body(Annotation::new("a").explanation("ok"));
        assert_eq!((&text["dataType"], &text["value"]), (&json!("TEXT"), &json!("ok")));
        assert_eq!((text.get("comment"), text.get("traceId")), (None, None));
    }
}

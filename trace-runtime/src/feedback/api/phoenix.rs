//! The annotations of Phoenix.

use super::{Api, Caller, request};
use crate::delivery::{JsonAttempt, Verb};
use crate::feedback::annotation::Content;
use crate::feedback::record::Record;
use crate::feedback::target::Aim;
use serde_json::{Value, json};

pub(crate) const PHOENIX: Api = Api { traces_path: "/v1/traces", takes_sessions: true, send };

/// Phoenix replaces an annotation with the same name, target and identifier by itself.
fn send(record: &Record, caller: &dyn Caller) -> JsonAttempt {
    let Content { name, kind, score, label, explanation, metadata, identifier } = &record.content;
    let mut result = json!({});
    for (key, value) in
        [("score", json!(score)), ("label", json!(label)), ("explanation", json!(explanation))]
    {
        if value != Value::Null {
            result[key] = value;
        }
    }
    let (kind_of_target, id) = match &record.aim {
        Aim::Span(span) => ("span", span.span_id().to_string()),
        Aim::Trace(span) => ("trace", span.trace_id().to_string()),
        Aim::Session(id) => ("session", id.clone()),
    };
    let mut annotation = json!({
        "name": name,
        "annotator_kind": kind,
        "result": result,
        "metadata": metadata,
        "identifier": identifier,
    });
    annotation[format!("{kind_of_target}_id")] = id.into();
    // Otherwise it answers 200 for a span that it does not know, keeps the annotation in memory for
    // ten minutes, and then drops it.
    let path = format!("/v1/{kind_of_target}_annotations?sync=true");
    caller.call(&request(Verb::Post, path, &json!({"data": [annotation]})))
}

#[cfg(test)]
mod tests {
    use super::super::recorder::{SPAN, SPAN_ID, TRACE_ID, full, requests};
    use super::*;
    use crate::feedback::{Annotation, SpanRef, Target};

    #[test]
    fn each_target_has_its_path_and_its_id() {
        let span: SpanRef = SPAN.parse().unwrap();
        for (target, path, key, id) in [
            (Target::from(&span), "/v1/span_annotations?sync=true", "span_id", SPAN_ID),
            (Target::trace(&span), "/v1/trace_annotations?sync=true", "trace_id", TRACE_ID),
            (Target::session("s"), "/v1/session_annotations?sync=true", "session_id", "s"),
        ] {
            let [(Verb::Post, sent_to, body)] = &requests(&PHOENIX, "", target, full())[..] else {
                panic!("one request");
            };
            let mut annotation = json!({
                "name": "user_feedback",
                "annotator_kind": "LLM",
                "result": {"score": 1.0, "label": "good", "explanation": "ok"},
                "metadata": {"page": "chat"},
                "identifier": "user-1",
            });
            annotation[key] = id.into();
            assert_eq!((sent_to.as_str(), body), (path, &json!({"data": [annotation]})));
        }
    }

    #[test]
    fn value_that_is_missing_is_left_out() {
        let label = Annotation::new("a").label("good").code();
        let calls = requests(&PHOENIX, "", Target::session("s"), label);
        let annotation = &calls[0].2["data"][0];
        assert_eq!(annotation["result"], json!({"label": "good"}));
        assert_eq!(annotation["annotator_kind"], "CODE");
    }
}

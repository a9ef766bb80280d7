//! The assessments of MLflow.

use super::{Api, Caller, request};
use crate::delivery::{JsonAttempt, JsonCall, Verb};
use crate::feedback::annotation::{AnnotatorKind, Content};
use crate::feedback::record::Record;
use crate::feedback::target::Aim;
use serde::Deserialize;
use serde_json::{Map, Value, json};

pub(crate) const MLFLOW: Api = Api { traces_path: "/v1/traces", takes_sessions: false, send };

/// The source of an annotation without an identifier, as the client of MLflow writes it.
const DEFAULT_SOURCE: &str = "default";

/// MLflow keeps every assessment that it is sent, so the one that this record replaces is searched
/// first and updated.
fn send(record: &Record, caller: &dyn Caller) -> JsonAttempt {
    let (span, on_span) = match &record.aim {
        Aim::Span(span) => (span, Some(span.span_id().to_string())),
        Aim::Trace(span) => (span, None),
        // `takes_sessions` excludes it.
        Aim::Session(_) => return JsonAttempt::Accepted(Vec::new()),
    };
    let trace = format!("tr-{}", span.trace_id());
    let path = format!("/api/3.0/mlflow/traces/{trace}");
    let found =
        match caller.call(&JsonCall { verb: Verb::Get, path: path.clone(), body: Vec::new() }) {
            JsonAttempt::Accepted(body) => existing(&body, record, on_span.as_deref()),
            failed => return failed,
        };
    let assessment = assessment(record, &trace, on_span.as_deref());
    let path = format!("{path}/assessments");
    caller.call(&match found {
        None => request(Verb::Post, path, &json!({"assessment": assessment})),
        Some(id) => {
            let mask = "feedback,rationale,metadata";
            let body = json!({"assessment": assessment, "update_mask": mask});
            request(Verb::Patch, format!("{path}/{id}"), &body)
        }
    })
}

/// An assessment has one value: the number, the label or the explanation, whichever comes first. A
/// label beside a number becomes metadata, whose values are texts.
fn assessment(record: &Record, trace: &str, span: Option<&str>) -> Value {
    let Content { name, kind, score, label, explanation, metadata, .. } = &record.content;
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut texts: Map<String, Value> =
        metadata.iter().map(|(key, value)| (key.clone(), text(value).into())).collect();
    let value = match (score, label) {
        (Some(score), label) => {
            if let Some(label) = label {
                texts.entry("label").or_insert_with(|| label.clone().into());
            }
            json!(score)
        }
        (None, Some(label)) => json!(label),
        (None, None) => json!(explanation),
    };
    let mut assessment = json!({
        "assessment_name": name,
        "trace_id": trace,
        "source": {"source_type": source_type(*kind), "source_id": source_id(record)},
        "feedback": {"value": value},
        "metadata": texts,
    });
    if let Some(explanation) = explanation {
        assessment["rationale"] = explanation.clone().into();
    }
    if let Some(span) = span {
        assessment["span_id"] = span.into();
    }
    assessment
}

fn source_type(kind: AnnotatorKind) -> &'static str {
    match kind {
        AnnotatorKind::Human => "HUMAN",
        AnnotatorKind::Code => "CODE",
        AnnotatorKind::Llm => "LLM_JUDGE",
    }
}

fn source_id(record: &Record) -> &str {
    match record.content.identifier.as_str() {
        "" => DEFAULT_SOURCE,
        identifier => identifier,
    }
}

/// The answer with a trace, as far as it is read.
#[derive(Deserialize)]
struct Found {
    trace: FoundTrace,
}

#[derive(Deserialize)]
struct FoundTrace {
    trace_info: TraceInfo,
}

#[derive(Deserialize)]
struct TraceInfo {
    #[serde(default)]
    assessments: Vec<Assessment>,
}

#[derive(Deserialize)]
struct Assessment {
    #[serde(rename = "assessment_id")]
    id: String,
    #[serde(rename = "assessment_name")]
    name: String,
    #[serde(default)]
    span_id: Option<String>,
    #[serde(default)]
    source: Source,
}

#[derive(Default, Deserialize)]
struct Source {
    #[serde(default)]
    source_id: String,
}

/// Returns the id of the assessment with the same name, target and identifier.
fn existing(answer: &[u8], record: &Record, span: Option<&str>) -> Option<String> {
    let found: Found = serde_json::from_slice(answer).ok()?;
    let is_same = |assessment: &Assessment| {
        assessment.name == record.content.name
            && assessment.span_id.as_deref().filter(|id| !id.is_empty()) == span
            && assessment.source.source_id == source_id(record)
    };
    let id = found.trace.trace_info.assessments.into_iter().find(is_same)?.id;
    // It becomes a part of a path.
    let fits_a_path = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    Some(id).filter(|_| fits_a_path)
}

#[cfg(test)]
mod tests {
    use super::super::recorder::{SPAN, SPAN_ID, TRACE_ID, full, requests};
    use super::*;
    use crate::feedback::{SpanRef, Target};

    const FOUND: &str = r#"{"trace": {"trace_info": {"assessments": [
        {"assessment_id": "a-1", "assessment_name": "user_feedback",
         "source": {"source_type": "HUMAN", "source_id": "user-1"}},
        {"assessment_id": "a-2", "assessment_name": "user_feedback",
         "span_id": "b7ad6b7169203331", "source": {"source_id": "user-1"}},
        {"assessment_id": "../a-3", "assessment_name": "user_feedback",
         "source": {"source_id": "default"}}]}}}"#;

    fn sent(answer: &'static str, target: Target, identifier: &str) -> (Verb, String, Value) {
        let mut calls = requests(&MLFLOW, answer, target, full().identifier(identifier));
        assert_eq!(calls[0].0, Verb::Get);
        assert_eq!(calls[0].1, format!("/api/3.0/mlflow/traces/tr-{TRACE_ID}"));
        assert_eq!(calls.len(), 2);
        calls.remove(1)
    }

    #[test]
    fn first_assessment_is_created() {
        let span: SpanRef = SPAN.parse().unwrap();
        let answer = r#"{"trace": {"trace_info": {}}}"#;
        let (verb, path, body) = sent(answer, Target::from(&span), "user-1");
        let path_of_trace = format!("/api/3.0/mlflow/traces/tr-{TRACE_ID}/assessments");
        assert_eq!((verb, path), (Verb::Post, path_of_trace));
        let expected = json!({
            "assessment_name": "user_feedback",
            "trace_id": format!("tr-{TRACE_ID}"),
            "span_id": SPAN_ID,
            "source": {"source_type": "LLM_JUDGE", "source_id": "user-1"},
            "feedback": {"value": 1.0},
            "rationale": "ok",
            "metadata": {"page": "chat", "label": "good"},
        });
        assert_eq!(body, json!({"assessment": expected}));
    }

    #[test]
    fn assessment_with_the_same_name_target_and_identifier_is_updated() {
        let span: SpanRef = SPAN.parse().unwrap();
        let path = |id: &str| format!("/api/3.0/mlflow/traces/tr-{TRACE_ID}/assessments{id}");
        let (verb, sent_to, body) = sent(FOUND, Target::from(&span), "user-1");
        assert_eq!((verb, sent_to), (Verb::Patch, path("/a-2")));
        assert_eq!(body["update_mask"], "feedback,rationale,metadata");
        let (verb, sent_to, _) = sent(FOUND, Target::trace(&span), "user-1");
        assert_eq!((verb, sent_to), (Verb::Patch, path("/a-1")));
        // An id that is not part of a path is not used.
        let (verb, sent_to, _) = sent(FOUND, Target::trace(&span), "");
        assert_eq!((verb, sent_to), (Verb::Post, path("")));
    }
}

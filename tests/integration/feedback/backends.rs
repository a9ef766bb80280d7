//! The requests that Langfuse and MLflow receive, from receivers as strict as their documentation.

use super::{SECRET, answer, thumbs_up};
use integration_tests::delivery::install_with;
use integration_tests::receiver::Received;
use integration_tests::{Program, Receiver, Reply};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use trace_runtime::Backend;
use trace_runtime::feedback::Target;

fn json_reply(value: &Value) -> Reply {
    Reply { garbage: value.to_string().into_bytes(), ..Reply::default() }
}

fn json_body(request: &Received) -> Value {
    serde_json::from_slice(&request.body).unwrap_or_default()
}

/// Answers as the documentation of the scores of Langfuse describes.
fn langfuse(request: &Received) -> Reply {
    // base64 of `pk:s3cr3t-value`
    if request.headers.get("authorization").map(String::as_str)
        != Some("Basic cGs6czNjcjN0LXZhbHVl")
    {
        return Reply::status(401, "Invalid credentials");
    }
    match (request.method.as_str(), request.path.as_str()) {
        ("POST", "/api/public/otel/v1/traces") => return Reply::default(),
        ("POST", "/api/public/scores") => {}
        _ => return Reply::status(404, "not found"),
    }
    let score = json_body(request);
    let is_value_valid = match score["dataType"].as_str() {
        Some("NUMERIC") => score["value"].is_f64(),
        Some("CATEGORICAL" | "TEXT") => score["value"].is_string(),
        _ => false,
    };
    let targets = ["traceId", "sessionId"].iter().filter(|key| score[*key].is_string()).count();
    let needs_trace = score.get("observationId").is_some() && score.get("traceId").is_none();
    if !is_value_valid || targets != 1 || needs_trace || !score["name"].is_string() {
        return Reply::status(400, "Invalid request data");
    }
    json_reply(&json!({"id": score["id"]}))
}

#[test]
fn langfuse_receives_scores() {
    let _lock = Program::lock();
    let receiver = Receiver::http_answering(|_, request| langfuse(request));
    let backend = Backend::langfuse()
        .variable("LANGFUSE_PUBLIC_KEY", "pk")
        .variable("LANGFUSE_TRACING_ENVIRONMENT", "staging")
        .api_key(SECRET)
        .endpoint(receiver.endpoint());
    let (registration, messages) = install_with(|builder| builder.backend(backend));
    let id = answer();
    registration.annotate(id, thumbs_up().identifier("ada")).unwrap();
    registration.annotate(Target::session("chat-7"), thumbs_up()).unwrap();
    registration.shutdown().unwrap();
    assert!(messages.lock().unwrap().is_empty(), "{messages:?}");
    let requests = receiver.received();
    assert_eq!(requests[0].path, "/api/public/otel/v1/traces", "the span comes first");
    let score = json_body(&requests[1]);
    let trace = id.trace_id().to_string();
    assert_eq!(
        (&score["traceId"], &score["observationId"], &score["environment"]),
        (&json!(trace), &json!(id.span_id().to_string()), &json!("staging"))
    );
    assert_eq!(
        score["metadata"],
        json!({"label": "good", "annotator_kind": "HUMAN", "identifier": "ada"})
    );
    assert_eq!(json_body(&requests[2])["sessionId"], "chat-7");
}

/// The data of an MLflow.
#[derive(Default)]
struct Mlflow {
    is_known: bool,
    assessments: Vec<Value>,
}

impl Mlflow {
    /// Answers as the REST interface of MLflow 3 does.
    fn answer(&mut self, request: &Received) -> Reply {
        let path = request.path.as_str();
        if path == "/v1/traces" {
            if !request.headers.contains_key("x-mlflow-experiment-id") {
                return Reply::status(422, "a missing header");
            }
            self.is_known = true;
            return Reply::default();
        }
        let Some(rest) = path.strip_prefix("/api/3.0/mlflow/traces/tr-") else {
            return Reply::status(404, "not found");
        };
        if !self.is_known {
            return Reply::status(404, "RESOURCE_DOES_NOT_EXIST");
        }
        let body = json_body(request);
        match (request.method.as_str(), &rest.split('/').collect::<Vec<_>>()[..]) {
            ("GET", [_]) => {
                let info = json!({"assessments": self.assessments});
                json_reply(&json!({"trace": {"trace_info": info}}))
            }
            ("POST", [_, "assessments"]) => {
                let mut assessment = body["assessment"].clone();
                assessment["assessment_id"] = format!("a-{}", self.assessments.len()).into();
                self.assessments.push(assessment);
                json_reply(&json!({}))
            }
            ("PATCH", [_, "assessments", id]) => {
                if body["update_mask"] != "feedback,rationale,metadata" {
                    return Reply::status(400, "a missing update mask");
                }
                let found = self.assessments.iter_mut().find(|it| it["assessment_id"] == *id);
                found.map_or(Reply::status(404, "not found"), |assessment| {
                    assessment["feedback"] = body["assessment"]["feedback"].clone();
                    json_reply(&json!({}))
                })
            }
            _ => Reply::status(405, "method not allowed"),
        }
    }
}

#[test]
fn mlflow_receives_assessments_once() {
    let _lock = Program::lock();
    let mlflow = Arc::new(Mutex::new(Mlflow::default()));
    let shared = Arc::clone(&mlflow);
    let receiver =
        Receiver::http_answering(move |_, request| shared.lock().unwrap().answer(request));
    let backend =
        Backend::mlflow().variable("MLFLOW_EXPERIMENT_ID", "1").endpoint(receiver.endpoint());
    let (registration, messages) = install_with(|builder| builder.backend(backend));
    let id = answer();
    registration.annotate(id, thumbs_up()).unwrap();
    registration.flush().unwrap();
    registration.annotate(id, thumbs_up().score(0.0)).unwrap();
    registration.annotate(Target::trace(&id), thumbs_up().identifier("ada")).unwrap();
    let error = registration.annotate(Target::session("s"), thumbs_up()).unwrap_err();
    assert!(error.to_string().starts_with("no destination takes feedback about sessions"));
    registration.shutdown().unwrap();
    assert!(messages.lock().unwrap().is_empty(), "{messages:?}");
    let assessments = &mlflow.lock().unwrap().assessments;
    let [on_span, on_trace] = &assessments[..] else { panic!("two: {assessments:?}") };
    assert_eq!(on_span["feedback"], json!({"value": 0.0}));
    assert_eq!(on_span["span_id"], id.span_id().to_string());
    assert_eq!(on_trace["source"], json!({"source_type": "HUMAN", "source_id": "ada"}));
    assert_eq!((on_trace.get("span_id"), &on_trace["rationale"]), (None, &json!("short")));
}

//! The program whose OTLP request was captured from OpenInference's Python library, in Rust. Both
//! must send the same spans.

use integration_tests::{Program, Receiver, block_on};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as AnyValue;
use opentelemetry_proto::tonic::common::v1::{AnyValue as Any, KeyValue};
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use trace_runtime::{agent, llm, register, tool};

#[derive(Serialize)]
struct Answers {
    a: String,
    b: String,
    c: String,
    d: Vec<f64>,
}

#[llm]
async fn query_llm(prompt: &str) -> String {
    format!("Canned answer to: {prompt}")
}

#[agent]
fn query_agent(prompt: &str) -> String {
    format!("Agent answer to: {prompt}")
}

fn parameters() -> Value {
    serde_json::json!({
        "type": "object",
        "title": "query_embedding",
        "description": "Query embedding",
        "properties": {"prompt": {"type": "string"}},
        "required": ["prompt"],
    })
}

#[tool(name = "query_embedding", description = "Query embedding", parameters = parameters())]
fn query_embedding(prompt: &str) -> Vec<f64> {
    assert_eq!(prompt, "embed me");
    vec![0.1, 0.2, 0.3]
}

#[agent]
async fn my_llm_application() -> Answers {
    Answers {
        a: query_llm("What is the capital of France?").await,
        b: query_llm("And of Spain?").await,
        c: query_agent("Plan a trip"),
        d: query_embedding("embed me"),
    }
}

#[test]
fn program_records_one_trace() {
    let program = Program::start();
    block_on(my_llm_application());
    assert_eq!(
        program.tree(),
        r#"my_llm_application [AGENT] ok in={} out={"a":"Canned answer to: What is the capital of France?","b":"Canned answer to: And of Spain?","c":"Agent answer to: Plan a trip","d":[0.1,0.2,0.3]}
  query_llm [LLM] ok in={"prompt":"What is the capital of France?"} out=Canned answer to: What is the capital of France?
  query_llm [LLM] ok in={"prompt":"And of Spain?"} out=Canned answer to: And of Spain?
  query_agent [AGENT] ok in=Plan a trip out=Agent answer to: Plan a trip
  query_embedding [TOOL] ok in={"prompt":"embed me"} out=[0.1,0.2,0.3]
"#
    );
}

/// Attributes that this crate adds on purpose.
const ADDED: [&str; 4] = ["code.function.name", "code.file.path", "code.line.number", "agent.name"];

#[test]
fn request_matches_the_python_reference() {
    let receiver = Receiver::http();
    let _lock = Program::lock();
    let registration = register()
        .verbose(false)
        .project_name("hinbox")
        .endpoint(receiver.endpoint())
        .install()
        .unwrap();
    block_on(my_llm_application());
    registration.shutdown().unwrap();

    let received = receiver.received();
    assert_eq!(received.len(), 1, "one export");
    assert_no_duplicate_keys(&received[0].request);
    let sent = decoded(&received[0].request);
    let golden: Value = serde_json::from_str(include_str!("../fixtures/hinbox_otlp.json")).unwrap();
    let reference = from_json(&golden["request"]);
    assert_eq!(sent, reference);

    let resource = &received[0].request.resource_spans[0];
    let project = "openinference.project.name";
    let attributes = plain(&resource.resource.as_ref().unwrap().attributes);
    assert_eq!(attributes[project], "hinbox");
    let scope = resource.scope_spans[0].scope.as_ref().unwrap();
    // The reference has no scope version.
    assert_eq!((&*scope.name, &*scope.version), ("integration-tests", env!("CARGO_PKG_VERSION")));
}

/// A span without ids and times: path of names from the root, OTLP kind, status, attributes.
type Comparable = (Vec<String>, i32, i32, BTreeMap<String, String>);

fn decoded(request: &ExportTraceServiceRequest) -> BTreeSet<Comparable> {
    let spans =
        || request.resource_spans.iter().flat_map(|r| &r.scope_spans).flat_map(|s| &s.spans);
    let traces: BTreeSet<_> = spans().map(|span| span.trace_id.clone()).collect();
    assert_eq!(traces.len(), 1, "one trace");
    spans()
        .map(|span| {
            let mut path = vec![span.name.clone()];
            let mut parent = &span.parent_span_id;
            while let Some(above) = spans().find(|candidate| candidate.span_id == *parent) {
                path.insert(0, above.name.clone());
                parent = &above.parent_span_id;
            }
            assert!(parent.is_empty(), "the root has no parent");
            let attributes = plain(&span.attributes).into_iter();
            let attributes = attributes
                .filter(|(key, _)| !ADDED.contains(&key.as_str()))
                .map(|(key, value)| (key, comparable(&value)))
                .collect();
            (path, span.kind, span.status.as_ref().unwrap().code, attributes)
        })
        .collect()
}

/// Decodes the reference from its JSON.
fn from_json(request: &Value) -> BTreeSet<Comparable> {
    let spans = request["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    spans
        .iter()
        .map(|span| {
            let mut path = vec![text(&span["name"])];
            let mut parent = text(&span["parentSpanId"]);
            while let Some(above) = spans.iter().find(|span| text(&span["spanId"]) == parent) {
                path.insert(0, text(&above["name"]));
                parent = text(&above["parentSpanId"]);
            }
            assert_eq!(
                (text(&span["kind"]), text(&span["status"]["code"])),
                ("SPAN_KIND_INTERNAL".into(), "STATUS_CODE_OK".into())
            );
            let attributes = span["attributes"].as_array().unwrap().iter();
            let attributes = attributes
                .map(|kv| (text(&kv["key"]), comparable(&text(&kv["value"]["stringValue"]))))
                .collect();
            (path, 1, 1, attributes)
        })
        .collect()
}

/// Normalises JSON text, so that comparisons ignore spaces and the order of keys.
fn comparable(value: &str) -> String {
    serde_json::from_str::<Value>(value).map_or_else(|_| value.to_owned(), |json| json.to_string())
}

fn plain(attributes: &[KeyValue]) -> BTreeMap<String, String> {
    let text = |value: &Option<Any>| match value.as_ref().and_then(|any| any.value.as_ref()) {
        Some(AnyValue::StringValue(text)) => text.clone(),
        other => format!("{other:?}"),
    };
    attributes.iter().map(|kv| (kv.key.clone(), text(&kv.value))).collect()
}

fn assert_no_duplicate_keys(request: &ExportTraceServiceRequest) {
    for span in request.resource_spans.iter().flat_map(|r| &r.scope_spans).flat_map(|s| &s.spans) {
        assert_eq!(plain(&span.attributes).len(), span.attributes.len(), "{}", span.name);
    }
}

//! Calls of traced functions, with JSON values and with typed clients.

use super::as_json;
use async_stream::stream;
use futures_util::stream::{Stream, StreamExt};
use integration_tests::{InMemoryExporter, Program, block_on};
use serde::Serialize;
use serde_json::{Map, Value, json};
use trace_runtime::opentelemetry_sdk::trace::SdkTracerProvider;
use trace_runtime::{embedding, llm, reranker};

fn response(answer: &str) -> Value {
    json!({
        "model": "gpt-4o-2024-08-06",
        "choices": [{
            "message": {"role": "assistant", "content": answer}, "finish_reason": "stop",
        }],
        "usage": {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11},
    })
}

fn request() -> Value {
    json!({"model": "gpt-4o", "messages": [{"role": "user", "content": "Say hello"}]})
}

struct Client;

#[llm]
async fn chat(_client: &Client, req: Value) -> Result<Value, std::io::Error> {
    let _ = req;
    Ok(response("Hello"))
}

fn attributes(program: &Program) -> Map<String, Value> {
    let spans = program.spans();
    assert_eq!(spans.len(), 1);
    as_json(&spans[0].attributes)
}

#[test]
fn json_call_records_a_complete_llm_span() {
    let program = Program::start();
    block_on(chat(&Client, request())).unwrap();
    let found = attributes(&program);
    assert_eq!(found["llm.model_name"], "gpt-4o-2024-08-06");
    assert_eq!(found["llm.system"], "openai");
    assert_eq!(found["llm.input_messages.0.message.content"], "Say hello");
    assert_eq!(found["llm.output_messages.0.message.content"], "Hello");
    assert_eq!(found["llm.invocation_parameters"], r#"{"model":"gpt-4o"}"#);
    assert_eq!(found["llm.token_count.total"], 11);
    assert!(!found.contains_key("llm.provider"), "the format alone does not tell the provider");
}

#[derive(Serialize)]
struct Request {
    model: &'static str,
    messages: Vec<Message>,
    temperature: f32,
    #[serde(skip_serializing_if = "Option::is_none")]
    tools: Option<Vec<Value>>,
}

#[derive(Serialize)]
#[serde(tag = "role", rename_all = "lowercase")]
enum Message {
    User { content: &'static str },
}

#[derive(Serialize)]
struct Chunk {
    object: &'static str,
    model: &'static str,
    choices: Vec<Choice>,
}

#[derive(Serialize)]
struct Choice {
    index: u32,
    delta: Delta,
    finish_reason: Option<&'static str>,
}

#[derive(Serialize)]
struct Delta {
    content: Option<&'static str>,
}

fn chunk(content: &'static str) -> Chunk {
    let choices =
        vec![Choice { index: 0, delta: Delta { content: Some(content) }, finish_reason: None }];
    Chunk { object: "chat.completion.chunk", model: "gpt-4o-2024-08-06", choices }
}

#[llm(model = request.model, provider = "OpenAI")]
async fn stream_chat(request: Request) -> impl Stream<Item = Result<Chunk, std::io::Error>> {
    let _ = request;
    stream! {
        yield Ok(chunk("Hel"));
        yield Ok(chunk("lo"));
        yield Err(std::io::Error::other("connection reset"));
    }
}

#[test]
fn broken_typed_stream_keeps_received_text() {
    let program = Program::start();
    let messages = vec![Message::User { content: "Say hello" }];
    let request = Request { model: "gpt-4o", messages, temperature: 0.2, tools: None };
    block_on(async { stream_chat(request).await.collect::<Vec<_>>().await });
    let found = attributes(&program);
    assert_eq!(found["llm.output_messages.0.message.content"], "Hello");
    assert_eq!(found["llm.output_messages.0.message.role"], "assistant");
    let output: Value = serde_json::from_str(found["output.value"].as_str().unwrap()).unwrap();
    assert_eq!(output["choices"][0]["message"]["content"], "Hello");
    assert_eq!(found["llm.input_messages.0.message.content"], "Say hello");
    assert_eq!(found["llm.invocation_parameters"], r#"{"model":"gpt-4o","temperature":0.2}"#);
    // Options of the macro win over the response.
    assert_eq!(found["llm.model_name"], "gpt-4o");
    assert_eq!(found["llm.response.model_name"], "gpt-4o-2024-08-06");
    assert_eq!(found["llm.provider"], "openai");
}

#[embedding]
fn embed(body: &Value) -> Value {
    let _ = body;
    json!({"data": [{"index": 0, "embedding": [0.5, 1.0]}], "model": "text-embedding-3-small",
        "usage": {"prompt_tokens": 2, "total_tokens": 2}})
}

#[reranker]
fn rerank(query: &str, documents: &[&str]) -> Value {
    let _ = (query, documents);
    json!({"results": [{"index": 1, "relevance_score": 0.9}]})
}

#[test]
fn embedding_and_reranker_calls_are_enriched() {
    let program = Program::start();
    embed(&json!({"model": "text-embedding-3-small", "input": "hi"}));
    let found = attributes(&program);
    assert_eq!(found["embedding.embeddings.0.embedding.text"], "hi");
    assert_eq!(found["embedding.embeddings.0.embedding.vector"], json!([0.5, 1.0]));
    drop(program);
    let program = Program::start();
    rerank("capital", &["Lyon", "Paris"]);
    let found = attributes(&program);
    assert_eq!(found["reranker.query"], "capital");
    assert_eq!(found["reranker.output_documents.0.document.content"], "Paris");
    assert_eq!(found["reranker.output_documents.0.document.score"], 0.9);
}

#[test]
fn attached_provider_with_enrich_exporter_enriches_spans() {
    let _lock = Program::lock();
    let exporter = InMemoryExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(trace_runtime::enrich::EnrichExporter::new(exporter.clone()))
        .with_max_attributes_per_span(10_000)
        .build();
    let registration = trace_runtime::register().provider(provider).install().unwrap();
    block_on(chat(&Client, request())).unwrap();
    registration.shutdown().unwrap();
    let spans = exporter.spans();
    assert_eq!(as_json(&spans[0].attributes)["llm.output_messages.0.message.content"], "Hello");
}

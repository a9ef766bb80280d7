//! Plain HTTP with `reqwest`: JSON values, text and byte streams in place of typed clients.

use bytes::Bytes;
use clients::run_traced;
use futures_util::{Stream, TryStreamExt};
use serde_json::{Value, json};

#[trace_runtime::llm(skip(url))]
async fn post(url: &str, body: Value) -> anyhow::Result<Value> {
    Ok(reqwest::Client::new().post(url).json(&body).send().await?.json().await?)
}

#[trace_runtime::embedding(skip(url))]
async fn embed(url: &str, body: &Value) -> anyhow::Result<Value> {
    Ok(reqwest::Client::new().post(url).json(body).send().await?.json().await?)
}

#[trace_runtime::llm(skip(url))]
async fn post_text(url: &str, body: String) -> anyhow::Result<String> {
    let request = reqwest::Client::new().post(url).header("content-type", "application/json");
    Ok(request.body(body).send().await?.text().await?)
}

#[trace_runtime::llm(skip(url))]
async fn stream(
    url: &str,
    body: Value,
) -> anyhow::Result<impl Stream<Item = reqwest::Result<Bytes>>> {
    Ok(reqwest::Client::new().post(url).json(&body).send().await?.bytes_stream())
}

fn greeting_request() -> Value {
    json!({ "model": "gpt-4o-mini", "messages": [{ "role": "user", "content": "Grüß Gott" }] })
}

/// The attributes expected on the span of `greeting_request`.
fn greeting_attributes() -> Value {
    json!({
        "llm.model_name": "gpt-4o-mini",
        "llm.input_messages.0.message.role": "user",
        "llm.input_messages.0.message.content": "Grüß Gott",
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.content": "Canned answer to: Grüß Gott",
        "llm.finish_reason": "stop",
        "llm.token_count.prompt": 2,
        "llm.token_count.completion": 5,
        "llm.token_count.total": 7,
    })
}

#[test]
fn text_request_and_response_are_read() {
    let spans = run_traced(async |base| {
        let answer =
            post_text(&format!("{base}/chat/completions"), greeting_request().to_string()).await?;
        assert!(answer.starts_with('{'), "{answer}");
        Ok(())
    });
    spans.assert_attributes("post_text", &[greeting_attributes()]);
}

#[test]
fn streamed_bytes_are_read() {
    let spans = run_traced(async |base| {
        let mut body = greeting_request();
        body["stream"] = true.into();
        body["stream_options"] = json!({ "include_usage": true });
        let url = format!("{base}/chat/completions");
        let pieces = stream(&url, body).await?;
        let pieces: Vec<Bytes> = pieces.try_collect().await?;
        assert!(pieces.concat().ends_with(b"data: [DONE]\n\n"), "{pieces:?}");
        Ok(())
    });
    spans.assert_attributes("stream", &[greeting_attributes()]);
}

#[test]
fn base64_vectors_are_read() {
    let spans = run_traced(async |base| {
        let body = json!({
            "model": "text-embedding-3-small", "input": "a", "encoding_format": "base64",
        });
        embed(&format!("{base}/embeddings"), &body).await?;
        Ok(())
    });
    spans.assert_attributes(
        "embed",
        &[json!({ "embedding.embeddings.0.embedding.vector": [0.1_f32, 0.2_f32, 0.3_f32] })],
    );
}

#[test]
fn json_request_and_response_are_read() {
    let spans = run_traced(async |base| {
        let url = format!("{base}/chat/completions");
        let body = json!({
            "model": "gpt-4o-mini",
            "temperature": 0.5,
            "tools": [super::weather()],
            "messages": [{ "role": "user", "content": "Weather in Oslo?" }],
        });
        post(&url, body).await?;
        let body = json!({ "model": "text-embedding-3-small", "input": ["a", "b"] });
        embed(&format!("{base}/embeddings"), &body).await?;
        Ok(())
    });
    spans.assert_tree("post [LLM]\nembed [EMBEDDING]\n");
    let message = "llm.output_messages.0.message";
    spans.assert_attributes(
        "post",
        &[json!({
            "llm.model_name": "gpt-4o-mini",
            "llm.invocation_parameters": { "model": "gpt-4o-mini", "temperature": 0.5 },
            "llm.input_messages.0.message.content": "Weather in Oslo?",
            (format!("{message}.tool_calls.0.tool_call.id")): "call_stub",
            (format!("{message}.tool_calls.0.tool_call.function.name")): "weather",
            (format!("{message}.tool_calls.0.tool_call.function.arguments")): { "city": "Oslo" },
            "llm.tools.0.tool.json_schema": super::weather(),
            "llm.finish_reason": "tool_calls",
            "llm.token_count.prompt": 3,
            "llm.token_count.completion": 2,
            "llm.token_count.total": 5,
        })],
    );
    spans.assert_attributes(
        "embed",
        &[json!({
            "embedding.model_name": "text-embedding-3-small",
            "embedding.embeddings.1.embedding.text": "b",
            "embedding.embeddings.1.embedding.vector": super::VECTOR,
            "llm.token_count.prompt": 2,
        })],
    );
}

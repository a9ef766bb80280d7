//! Plain HTTP, with JSON values.

use bytes::Bytes;
use clients::seen;
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

fn greets() -> Value {
    json!({ "model": "gpt-4o-mini", "messages": [{ "role": "user", "content": "Grüß Gott" }] })
}

/// What a span says of the answer.
fn greeted() -> Value {
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
fn text_is_enough() {
    let seen = seen(async |base| {
        let answer = post_text(&format!("{base}/chat/completions"), greets().to_string()).await?;
        assert!(answer.starts_with('{'), "{answer}");
        Ok(())
    });
    seen.assert_says("post_text", &[greeted()]);
}

#[test]
fn the_bytes_of_a_stream_are_enough() {
    let seen = seen(async |base| {
        let mut body = greets();
        body["stream"] = true.into();
        body["stream_options"] = json!({ "include_usage": true });
        let url = format!("{base}/chat/completions");
        let pieces = stream(&url, body).await?;
        let pieces: Vec<Bytes> = pieces.try_collect().await?;
        assert!(pieces.concat().ends_with(b"data: [DONE]\n\n"), "{pieces:?}");
        Ok(())
    });
    seen.assert_says("stream", &[greeted()]);
}

#[test]
fn vectors_in_base64_are_enough() {
    let seen = seen(async |base| {
        let body = json!({
            "model": "text-embedding-3-small", "input": "a", "encoding_format": "base64",
        });
        embed(&format!("{base}/embeddings"), &body).await?;
        Ok(())
    });
    seen.assert_says(
        "embed",
        &[json!({ "embedding.embeddings.0.embedding.vector": [0.1_f32, 0.2_f32, 0.3_f32] })],
    );
}

#[test]
fn json_values_are_enough() {
    let seen = seen(async |base| {
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
    seen.assert_tree("post [LLM]\nembed [EMBEDDING]\n");
    let message = "llm.output_messages.0.message";
    seen.assert_says(
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
    seen.assert_says(
        "embed",
        &[json!({
            "embedding.model_name": "text-embedding-3-small",
            "embedding.embeddings.1.embedding.text": "b",
            "embedding.embeddings.1.embedding.vector": super::VECTOR,
            "llm.token_count.prompt": 2,
        })],
    );
}

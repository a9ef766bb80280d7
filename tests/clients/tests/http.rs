//! Plain HTTP, with JSON values.

use clients::seen;
use serde_json::{Value, json};

#[trace_runtime::llm(skip(url))]
async fn post(url: &str, body: Value) -> anyhow::Result<Value> {
    Ok(reqwest::Client::new().post(url).json(&body).send().await?.json().await?)
}

#[trace_runtime::embedding(skip(url))]
async fn embed(url: &str, body: &Value) -> anyhow::Result<Value> {
    Ok(reqwest::Client::new().post(url).json(body).send().await?.json().await?)
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

//! A stub of an OpenAI-compatible service, for programs without a key and without a network.

use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

/// Starts the stub on a free port of the loopback interface, for as long as the async runtime
/// lives, and returns its base URL.
///
/// # Errors
///
/// If it cannot listen.
pub async fn start() -> anyhow::Result<String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let base = format!("http://{}/v1", listener.local_addr()?);
    let routes = Router::new()
        .route("/v1/chat/completions", post(chat))
        .route("/v1/embeddings", post(embeddings));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Ok(base)
}

async fn chat(Json(request): Json<Value>) -> Json<Value> {
    let last = request["messages"].as_array().and_then(|messages| messages.last());
    let said = last.and_then(|message| message["content"].as_str()).unwrap_or_default();
    let is_question = last.is_some_and(|message| message["role"] == "user");
    let tool = request["tools"].get(0).filter(|_| is_question);
    let (reason, message) = match tool {
        Some(tool) => ("tool_calls", call(&tool["function"], said)),
        None => ("stop", json!({ "content": format!("Canned answer to: {said}") })),
    };
    let tokens = |text: &str| text.split_whitespace().count();
    let (prompt, completion) = (tokens(said), tokens(&message.to_string()));
    let mut choice = json!({ "index": 0, "finish_reason": reason, "message": message });
    choice["message"]["role"] = "assistant".into();
    Json(json!({
        "id": "chatcmpl-stub",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": request["model"],
        "choices": [choice],
        "usage": {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
        },
    }))
}

/// A call of the tool: what it requires is the last word of the question.
fn call(tool: &Value, question: &str) -> Value {
    let word = question.split_whitespace().last().unwrap_or_default();
    let word = word.trim_matches(|character: char| !character.is_alphanumeric());
    let required = tool["parameters"]["required"].as_array().into_iter().flatten();
    let arguments: Map<String, Value> =
        required.filter_map(|name| Some((name.as_str()?.to_owned(), word.into()))).collect();
    json!({
        "content": null,
        "tool_calls": [{
            "id": "call_stub",
            "type": "function",
            "function": {
                "name": tool["name"],
                "arguments": Value::Object(arguments).to_string(),
            },
        }],
    })
}

async fn embeddings(Json(request): Json<Value>) -> Json<Value> {
    Json(json!({
        "object": "list",
        "model": request["model"],
        "data": [{ "object": "embedding", "index": 0, "embedding": [0.1, 0.2, 0.3] }],
        "usage": { "prompt_tokens": 2, "total_tokens": 2 },
    }))
}

//! A stub of an OpenAI-compatible service, for programs without a key and without a network.

use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
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
    let question = request["messages"]
        .as_array()
        .and_then(|messages| messages.last())
        .and_then(|message| message["content"].as_str())
        .unwrap_or_default();
    let answer = format!("Canned answer to: {question}");
    let tokens = |text: &str| text.split_whitespace().count();
    let (prompt, completion) = (tokens(question), tokens(&answer));
    Json(json!({
        "id": "chatcmpl-stub",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": request["model"],
        "choices": [{
            "index": 0,
            "finish_reason": "stop",
            "message": { "role": "assistant", "content": answer },
        }],
        "usage": {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
        },
    }))
}

async fn embeddings(Json(request): Json<Value>) -> Json<Value> {
    Json(json!({
        "object": "list",
        "model": request["model"],
        "data": [{ "object": "embedding", "index": 0, "embedding": [0.1, 0.2, 0.3] }],
        "usage": { "prompt_tokens": 2, "total_tokens": 2 },
    }))
}

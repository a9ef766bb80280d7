//! A stub of an OpenAI-compatible service, for programs without a key and without a network.

mod answer;
mod chat;
mod embeddings;
mod responses;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Json, Response};
use axum::routing::post;
use serde_json::Value;
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
        .route("/v1/chat/completions", post(chat::serve))
        .route("/v1/responses", post(responses::serve))
        .route("/v1/embeddings", post(embeddings::serve));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Ok(base)
}

/// A response as it is, or as the events it is streamed in.
fn reply(request: &Value, whole: Value, events: impl Fn(&Value) -> String) -> Response {
    if request["stream"] == true {
        ([(CONTENT_TYPE, "text/event-stream")], events(&whole)).into_response()
    } else {
        Json(whole).into_response()
    }
}

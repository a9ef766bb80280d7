//! A stub of an OpenAI-compatible service, for programs without an API key or network.

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
/// Fails if it cannot listen.
pub async fn start() -> anyhow::Result<String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let base = format!("http://{}/v1", listener.local_addr()?);
    let routes = Router::new()
        .route("/v1/chat/completions", post(chat::serve))
        .route("/v1/responses", post(responses::serve))
        .route("/v1/embeddings", post(embeddings::serve));
    // The task ends with the runtime; nothing else stops the server.
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Ok(base)
}

/// Returns the response as JSON or, if the request asks for a stream, as server-sent events.
fn reply(request: &Value, whole: Value, events: impl Fn(&Value) -> String) -> Response {
    if request["stream"] == true {
        ([(CONTENT_TYPE, "text/event-stream")], events(&whole)).into_response()
    } else {
        Json(whole).into_response()
    }
}

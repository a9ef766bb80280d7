//! A stub of an OpenAI-compatible service, for programs without an API key or network.

mod answer;
mod chat;
mod embeddings;
mod responses;
mod script;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::CONTENT_TYPE;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
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
    // The tasks end with the runtime; nothing else stops the server.
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            let connection = TokioIo::new(connection);
            tokio::spawn(http1::Builder::new().serve_connection(connection, service_fn(serve)));
        }
    });
    Ok(base)
}

/// What the stub replies, and how long a model would take for it.
struct Reply {
    body: Body,
    delay: std::time::Duration,
}

/// The body of a reply.
enum Body {
    Json(Value),
    Events(String),
}

impl Reply {
    /// Replies with JSON or, if the request asks for a stream, with server-sent events.
    fn new(request: &Value, whole: Value, events: impl Fn(&Value) -> String) -> Self {
        let is_stream = request["stream"] == true;
        let body = if is_stream { Body::Events(events(&whole)) } else { Body::Json(whole) };
        Reply { body, delay: std::time::Duration::ZERO }
    }
}

async fn serve(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let Ok(request) = serde_json::from_slice::<Value>(&body) else {
        return Ok(refuse(StatusCode::BAD_REQUEST, "the body is no JSON"));
    };
    let reply = match (head.method, head.uri.path()) {
        (Method::POST, "/v1/chat/completions") => chat::serve(&request),
        (Method::POST, "/v1/responses") => responses::serve(&request),
        (Method::POST, "/v1/embeddings") => embeddings::serve(&request),
        _ => return Ok(refuse(StatusCode::NOT_FOUND, "the stub does not know this path")),
    };
    tokio::time::sleep(reply.delay).await;
    Ok(match reply.body {
        Body::Json(value) => response("application/json", value.to_string()),
        Body::Events(events) => response("text/event-stream", events),
    })
}

fn refuse(status: StatusCode, message: &str) -> Response<Full<Bytes>> {
    let error = json!({ "error": { "message": message } });
    let mut response = response("application/json", error.to_string());
    *response.status_mut() = status;
    response
}

fn response(content_type: &'static str, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(body));
    response
        .headers_mut()
        .insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static(content_type));
    response
}

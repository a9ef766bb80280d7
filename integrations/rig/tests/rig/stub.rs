//! A server that answers like OpenAI, fails on request, and adds up the tokens that it bills.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use futures_util::{Stream, StreamExt, stream};
use rig_reqwest::reqwest;
use serde_json::{Value, json};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Semaphore;

/// The running server, for as long as the async runtime lives.
pub(crate) struct Stub {
    base: String,
    shared: Arc<Shared>,
}

struct Shared {
    /// The base URL of the stub of the examples, which gives the answers.
    answers: String,
    billed: AtomicU64,
    /// A stream that waits continues for each permit.
    read: Semaphore,
}

impl Stub {
    pub(crate) async fn start() -> Self {
        let answers = examples::stub::start().await.expect("the stub listens");
        let shared = Shared { answers, billed: AtomicU64::default(), read: Semaphore::new(0) };
        let shared = Arc::new(shared);
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let routes = Router::new().route("/{mode}/v1/{*path}", post(serve));
        let routes = routes.layer(DefaultBodyLimit::disable()).with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Stub { base, shared }
    }

    /// Returns the base URL of an API that behaves in this way.
    pub(crate) fn base(&self, mode: &str) -> String {
        format!("{}/{mode}/v1", self.base)
    }

    /// Lets a stream that waits continue.
    pub(crate) fn proceed(&self) {
        self.shared.read.add_permits(1);
    }

    /// Returns the number of tokens in all answers so far.
    pub(crate) fn billed(&self) -> u64 {
        self.shared.billed.load(Ordering::SeqCst)
    }
}

/// The length of a large text.
pub(crate) const LARGE: usize = 10 << 20;

/// The request ids of the answers.
const REQUEST_ID: (&str, &str) = ("x-request-id", "req_1");

async fn serve(
    State(shared): State<Arc<Shared>>,
    Path((mode, path)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    assert_eq!(headers["authorization"], "Bearer secret-key", "the key passes");
    match mode.as_str() {
        "ok" => shared.answer(&path, body).await,
        "large" => shared.answer_at_length(&body),
        "slow" => {
            let waiting = Arc::clone(&shared);
            let rest = [delta("lo"), chunk(&json!({}), &json!("stop")), "data: [DONE]\n\n".into()];
            events(first().chain(stream::once(async move {
                waiting.read.acquire().await.expect("the semaphore is open").forget();
                Ok(rest.concat().into())
            })))
        }
        "endless" => events(first().chain(stream::pending())),
        "reset" => events(first().chain(stream::once(async move {
            shared.read.acquire().await.expect("the semaphore is open").forget();
            Err(io::Error::other("reset"))
        }))),
        "silent" => std::future::pending().await,
        status => {
            let status = StatusCode::from_bytes(status.as_bytes()).expect("a status code");
            let error = json!({ "error": { "message": "not today", "type": "stub" } });
            (status, [REQUEST_ID], axum::Json(error)).into_response()
        }
    }
}

impl Shared {
    async fn answer(&self, path: &str, body: Bytes) -> Response {
        let post = reqwest::Client::new().post(format!("{}/{path}", self.answers));
        let sent = post.header(CONTENT_TYPE, "application/json").body(body).send().await;
        let answer = sent.expect("an answer");
        let content_type = answer.headers()[CONTENT_TYPE].clone();
        let text = answer.text().await.expect("text");
        self.billed.fetch_add(tokens(&text), Ordering::SeqCst);
        let content_type = content_type.to_str().expect("text").to_owned();
        ([(CONTENT_TYPE.as_str(), content_type.as_str()), REQUEST_ID], text).into_response()
    }

    /// Answers a request of 10 MB with as much text.
    fn answer_at_length(&self, body: &[u8]) -> Response {
        let request: Value = serde_json::from_slice(body).expect("JSON");
        assert!(request.to_string().contains(&"x".repeat(LARGE)), "the request is whole");
        self.billed.fetch_add(11, Ordering::SeqCst);
        let usage = json!({ "prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11 });
        if request["stream"] == true {
            let part = delta(&"y".repeat(LARGE / 10));
            let usage = json!({ "object": "chat.completion.chunk", "choices": [], "usage": usage });
            let end = [chunk(&json!({}), &json!("stop")), format!("data: {usage}\n\n")];
            let parts = std::iter::repeat_n(part, 10).chain(end);
            let parts = parts.chain(["data: [DONE]\n\n".into()]);
            return events(stream::iter(parts.map(|part| Ok(part.into())).collect::<Vec<_>>()));
        }
        let message = json!({ "role": "assistant", "content": "y".repeat(LARGE) });
        axum::Json(json!({
            "id": "c", "object": "chat.completion", "created": 1, "model": super::MODEL,
            "choices": [{ "index": 0, "message": message, "finish_reason": "stop" }],
            "usage": usage,
        }))
        .into_response()
    }
}

/// Returns the tokens that a response states, as JSON or in one of its events.
fn tokens(response: &str) -> u64 {
    let values = response.lines().map(|line| line.trim_start_matches("data: "));
    let values = values.filter_map(|line| serde_json::from_str::<Value>(line).ok());
    values.filter_map(|value| value["usage"]["total_tokens"].as_u64()).sum()
}

fn first() -> impl Stream<Item = io::Result<Bytes>> + Send {
    stream::iter([Ok(delta("Hel").into())])
}

fn delta(text: &str) -> String {
    chunk(&json!({ "role": "assistant", "content": text }), &Value::Null)
}

fn chunk(delta: &Value, reason: &Value) -> String {
    let chunk = json!({
        "id": "c", "object": "chat.completion.chunk", "created": 1, "model": super::MODEL,
        "choices": [{ "index": 0, "delta": delta, "finish_reason": reason }],
    });
    format!("data: {chunk}\n\n")
}

fn events(items: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Response {
    ([(CONTENT_TYPE, "text/event-stream")], Body::from_stream(items)).into_response()
}

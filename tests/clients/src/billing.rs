//! A server that answers chats in ways that go wrong, and counts the tokens that it bills.

mod ollama;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use futures_util::{Stream, StreamExt, stream};
use serde_json::{Value, json};
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// The tokens of every prompt and of every answer.
const TOKENS: (u64, u64) = (9, 2);

/// The server, which runs as long as the async runtime. It speaks the API of OpenAI's chats, and that
/// of Ollama.
///
/// The first part of the path selects its behaviour: `ok`, `large` (an answer of 10 MB), `flaky` (the
/// first two requests are refused), `reset` and `endless` (of a stream), `torn` (an error that breaks off),
/// `silent`, `echo`, or a status code.
#[derive(Clone, Debug)]
pub struct Billing {
    address: String,
    account: Arc<Account>,
}

#[derive(Debug)]
struct Account {
    billed: AtomicU64,
    refused: AtomicU64,
    /// A stream that will be cut waits here until its client has read its beginning.
    first_was_read: Semaphore,
    headers: Mutex<Vec<HeaderMap>>,
    bodies: Mutex<Vec<Value>>,
}

impl Billing {
    /// Starts the server on a free port of the loopback interface.
    pub async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let account = Arc::new(Account {
            billed: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            first_was_read: Semaphore::new(0),
            headers: Mutex::default(),
            bodies: Mutex::default(),
        });
        let routes = Router::new()
            .route("/{mode}/chat/completions", post(serve))
            .route("/{mode}/api/chat", post(ollama::serve))
            .layer(DefaultBodyLimit::disable())
            .with_state(Arc::clone(&account));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Billing { address, account }
    }

    /// Returns the base URL for a behaviour.
    #[must_use]
    pub fn base(&self, mode: &str) -> String {
        format!("{}/{mode}", self.address)
    }

    /// Returns the tokens that it has billed so far.
    #[must_use]
    pub fn billed(&self) -> u64 {
        self.account.billed.load(Ordering::SeqCst)
    }

    /// Lets a response of the behaviour `reset` or `torn` break off.
    pub fn first_was_read(&self) {
        self.account.first_was_read.add_permits(1);
    }

    /// Returns a header of each request so far.
    #[must_use]
    pub fn header(&self, name: &str) -> Vec<Option<String>> {
        let headers = self.account.headers.lock().unwrap_or_else(PoisonError::into_inner);
        headers.iter().map(|map| Some(map.get(name)?.to_str().ok()?.to_owned())).collect()
    }

    /// Returns the bodies of the requests so far.
    #[must_use]
    pub fn bodies(&self) -> Vec<Value> {
        self.account.bodies.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Account {
    /// Counts the tokens of one more answer: those of its prompt, and its own.
    fn count(&self) -> (u64, u64) {
        let (prompt, completion) = TOKENS;
        self.billed.fetch_add(prompt + completion, Ordering::SeqCst);
        TOKENS
    }

    /// Returns the usage of one more answer.
    fn bill(&self) -> Value {
        let (prompt, completion) = self.count();
        json!({
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
        })
    }

    fn record(&self, headers: HeaderMap, request: Value) {
        self.headers.lock().unwrap_or_else(PoisonError::into_inner).push(headers);
        self.bodies.lock().unwrap_or_else(PoisonError::into_inner).push(request);
    }
}

async fn serve(
    State(account): State<Arc<Account>>,
    Path(mode): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if mode == "echo" {
        return ([(CONTENT_TYPE, "application/json")], body).into_response();
    }
    let request: Value = serde_json::from_slice(&body).expect("JSON");
    account.record(headers, request.clone());
    match mode.as_str() {
        "flaky" if account.refused.fetch_add(1, Ordering::SeqCst) < 2 => {
            failed(StatusCode::TOO_MANY_REQUESTS, "slow down")
        }
        "ok" | "flaky" if request["stream"] == true => whole_stream(&account, &request),
        "ok" | "flaky" => whole(&account, &request, "Hello"),
        "large" => whole(&account, &request, &"y".repeat(10 << 20)),
        "endless" => events(stream::iter([Ok(event(&delta("Hel")))]).chain(stream::pending())),
        "reset" => events(broken_off(account, event(&delta("Hel")))),
        "torn" => {
            let part = Bytes::from_static(br#"{"error":{"message":"not to"#);
            let body = Body::from_stream(broken_off(account, part));
            let headers = [(CONTENT_TYPE, "application/json")];
            (StatusCode::INTERNAL_SERVER_ERROR, headers, body).into_response()
        }
        "silent" => std::future::pending().await,
        status => {
            let status: u16 = status.parse().expect("a status code");
            failed(StatusCode::from_u16(status).expect("a status code"), "not today")
        }
    }
}

/// Returns a body that breaks off after its first part, once the client has read that.
fn broken_off(
    account: Arc<Account>,
    first: Bytes,
) -> impl Stream<Item = Result<Bytes, io::Error>> + Send {
    let reset = async move {
        let read = account.first_was_read.acquire().await;
        read.expect("the semaphore is open").forget();
        Err(io::Error::other("reset"))
    };
    stream::iter([Ok(first)]).chain(stream::once(reset))
}

fn failed(status: StatusCode, message: &str) -> Response {
    let error = json!({ "error": { "message": message, "type": "error", "code": null } });
    // The clients that try again do so at once.
    (status, [("retry-after", "0")], axum::Json(error)).into_response()
}

fn whole(account: &Account, request: &Value, text: &str) -> Response {
    let (message, reason) = match request["tools"][0]["function"]["name"].as_str() {
        Some(name) => {
            let function = json!({ "name": name, "arguments": r#"{"city":"Oslo"}"# });
            let call = json!({ "id": "call_1", "type": "function", "function": function });
            let message = json!({ "role": "assistant", "content": null, "tool_calls": [call] });
            (message, "tool_calls")
        }
        None => (json!({ "role": "assistant", "content": text }), "stop"),
    };
    axum::Json(json!({
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": request["model"],
        "choices": [{ "index": 0, "message": message, "finish_reason": reason }],
        "usage": account.bill(),
    }))
    .into_response()
}

fn whole_stream(account: &Account, request: &Value) -> Response {
    let mut last = delta("lo");
    last["choices"][0]["finish_reason"] = "stop".into();
    let mut parts = vec![delta("Hel"), last];
    if request["stream_options"]["include_usage"] == true {
        let mut last = delta("");
        last["choices"] = json!([]);
        last["usage"] = account.bill();
        parts.push(last);
    }
    let mut parts: Vec<_> = parts.iter().map(|part| Ok(event(part))).collect();
    parts.push(Ok(Bytes::from_static(b"data: [DONE]\n\n")));
    events(stream::iter(parts))
}

fn delta(text: &str) -> Value {
    json!({
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": "gpt-4o",
        "choices": [{ "index": 0, "delta": { "role": "assistant", "content": text } }],
    })
}

fn event(part: &Value) -> Bytes {
    format!("data: {part}\n\n").into()
}

fn events(parts: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Response {
    ([(CONTENT_TYPE, "text/event-stream")], Body::from_stream(parts)).into_response()
}

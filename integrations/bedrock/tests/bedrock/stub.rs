//! A server that speaks the API of Bedrock, fails on request, and adds up the tokens that it bills.

use crate::answers;
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
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Semaphore;

/// The length of a large text.
pub(crate) const LARGE: usize = 10 << 20;

/// The way in which the stub answers.
#[derive(Clone, Copy)]
pub(crate) enum Mode {
    Answers,
    /// It answers a text of 10 MB with as much.
    AnswersAtLength,
    /// The first calls fail with this status, then it answers.
    Fails {
        times: u64,
        status: u16,
        error: &'static str,
    },
    /// A stream waits after its beginning until the test has read it.
    Waits,
    /// A stream ends with an exception, or with a reset.
    Breaks {
        exception: Option<&'static str>,
    },
    Never,
}

/// The running server, for as long as the async runtime lives.
pub(crate) struct Stub {
    base: String,
    shared: Arc<Shared>,
}

struct Shared {
    mode: Mode,
    calls: AtomicU64,
    billed: AtomicU64,
    read: Semaphore,
}

impl Stub {
    pub(crate) async fn start(mode: Mode) -> Self {
        let (calls, billed) = (AtomicU64::default(), AtomicU64::default());
        let shared = Arc::new(Shared { mode, calls, billed, read: Semaphore::new(0) });
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let routes = Router::new()
            .route("/model/{model}/{operation}", post(serve))
            .layer(DefaultBodyLimit::disable())
            .with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Stub { base, shared }
    }

    pub(crate) fn base(&self) -> &str {
        &self.base
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

async fn serve(
    State(shared): State<Arc<Shared>>,
    Path((model, operation)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let signature = headers["authorization"].to_str().expect("text");
    assert!(signature.contains("AKIDsecret"), "the request is signed");
    let call = shared.calls.fetch_add(1, Ordering::SeqCst);
    match shared.mode {
        Mode::Fails { times, status, error } if call < times => {
            let status = StatusCode::from_u16(status).expect("a status code");
            let head = [("x-amzn-errortype", error), ("x-amzn-requestid", "req-1")];
            (status, head, axum::Json(json!({ "message": "not today" }))).into_response()
        }
        Mode::Never => std::future::pending().await,
        _ => shared.answer(&model, &operation, &body),
    }
}

impl Shared {
    fn answer(self: &Arc<Self>, model: &str, operation: &str, body: &[u8]) -> Response {
        let body: Value = serde_json::from_slice(body).expect("JSON");
        if operation == "converse-stream" {
            return self.stream(&body);
        }
        self.bill();
        let json = match operation {
            "converse" if matches!(self.mode, Mode::AnswersAtLength) => {
                assert_large(&body);
                answers::large()
            }
            "converse" => answers::converse(!body["toolConfig"].is_null()),
            "invoke" if model.contains("embed") => answers::embedding(),
            "invoke" => answers::invoke(),
            "invoke-with-response-stream" => {
                return frames(stream::iter([Ok(answers::invoke_stream())]));
            }
            other => panic!("no operation {other}"),
        };
        ([("x-amzn-requestid", "req-1")], axum::Json(json)).into_response()
    }

    /// Counts the tokens of an answer, which a stream states at its end.
    fn bill(&self) {
        self.billed.fetch_add(answers::TOKENS, Ordering::SeqCst);
    }

    fn stream(self: &Arc<Self>, body: &Value) -> Response {
        let [first, rest] = answers::converse_stream();
        let shared = Arc::clone(self);
        if let Mode::AnswersAtLength = shared.mode {
            assert_large(body);
            self.bill();
            let parts = std::iter::once(first).chain(answers::large_parts()).chain([rest]);
            return frames(stream::iter(parts.map(Ok).collect::<Vec<_>>()));
        }
        let first = stream::iter([Ok(first)]);
        match shared.mode {
            Mode::Waits | Mode::Breaks { exception: None } => {
                frames(first.chain(stream::once(async move {
                    shared.read.acquire().await.expect("the semaphore is open").forget();
                    let breaks = matches!(shared.mode, Mode::Breaks { .. });
                    if breaks {
                        return Err(io::Error::other("reset"));
                    }
                    shared.bill();
                    Ok(rest)
                })))
            }

            Mode::Breaks { exception: Some(name) } => {
                frames(first.chain(stream::iter([Ok(answers::exception(name, "not today"))])))
            }
            _ => {
                self.bill();
                frames(first.chain(stream::iter([Ok(rest)])))
            }
        }
    }
}

fn assert_large(request: &Value) {
    assert!(request.to_string().contains(&"x".repeat(LARGE)), "the request is whole");
}

fn frames(items: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Response {
    let content_type = "application/vnd.amazon.eventstream";
    let head = [(CONTENT_TYPE.as_str(), content_type), ("x-amzn-requestid", "req-1")];
    (head, Body::from_stream(items)).into_response()
}

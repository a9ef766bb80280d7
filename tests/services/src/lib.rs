//! Helpers for tests of services: an agent that asks a service over HTTP, and the service.

#![allow(clippy::missing_panics_doc, reason = "a helper that panics fails its test")]

pub mod grpc;

use axum::Router;
use axum::body::Body;
use axum::response::sse::{Event, Sse};
use axum::routing::post;
use futures_util::{Stream, StreamExt, stream};
use std::convert::Infallible;
use tokio::sync::oneshot;
use trace_runtime::propagation::inject_into_headers;
use trace_runtime::{InCurrentSpan, agent, llm, tool};

/// Starts a server on a free port, and returns its URL. It runs as long as the runtime.
pub async fn serve(app: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}")
}

/// Returns the routes of the service, without a layer.
pub fn routes() -> Router {
    Router::new()
        .route("/ask", post(ask_handler))
        .route("/stream", post(stream_handler))
        .route("/events", post(events_handler))
        .route("/endless", post(endless_handler))
}

/// Returns a route that never answers, and a receiver that hears of the first request.
pub fn hanging_route() -> (Router, oneshot::Receiver<()>) {
    let (started, is_started) = oneshot::channel();
    let started = std::sync::Arc::new(std::sync::Mutex::new(Some(started)));
    let handler = move || {
        let started = started.lock().expect("not poisoned").take();
        hang(started)
    };
    (Router::new().route("/hang", post(handler)), is_started)
}

#[llm(skip_all)]
async fn hang(started: Option<oneshot::Sender<()>>) {
    started.expect("the first request").send(()).expect("the test waits");
    std::future::pending::<()>().await;
}

async fn ask_handler(question: String) -> String {
    let answer = answer(&question).await;
    tokio::spawn(look_up().in_current_span()).await.expect("no panic");
    answer
}

#[llm]
async fn answer(question: &str) -> String {
    tokio::task::yield_now().await;
    question.to_uppercase()
}

#[tool]
#[expect(clippy::unused_async, reason = "stands for one that awaits")]
async fn look_up() {}

/// Answers with a stream, which is polled after the handler has returned.
async fn stream_handler(question: String) -> Body {
    Body::from_stream(words(question).in_current_span().map(Ok::<_, Infallible>))
}

/// Answers with server-sent events.
async fn events_handler(question: String) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    Sse::new(words(question).in_current_span().map(|word| Ok(Event::default().data(word))))
}

async fn endless_handler() -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    Sse::new(endless().in_current_span().map(|word| Ok(Event::default().data(word))))
}

/// Never ends, but lets the server see that its client has gone.
#[llm]
fn endless() -> impl Stream<Item = String> + Send {
    stream::unfold((), |()| async {
        tokio::task::yield_now().await;
        Some(("word".to_owned(), ()))
    })
}

#[llm]
fn words(question: String) -> impl Stream<Item = String> + Send {
    let words: Vec<_> = question.split(' ').map(str::to_owned).collect();
    stream::iter(words)
}

/// Reads the beginning of a stream of events, and closes the connection.
#[agent(skip_all)]
pub async fn read_one_event(url: String) {
    let mut headers = reqwest::header::HeaderMap::new();
    inject_into_headers(&mut headers);
    let request = reqwest::Client::new().post(url).headers(headers);
    let mut response = request.send().await.expect("an answer");
    response.chunk().await.expect("the server goes on").expect("an event");
}

/// Asks the service, and passes the span on with the request.
#[agent(skip_all, skip_output)]
pub async fn ask(url: String) -> String {
    let mut headers = reqwest::header::HeaderMap::new();
    inject_into_headers(&mut headers);
    let request = reqwest::Client::new().post(url).headers(headers).body("why so");
    let response = request.send().await.expect("an answer");
    response.text().await.expect("text")
}

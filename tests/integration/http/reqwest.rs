//! The adapter for `reqwest`, against a server in this process.

use super::{assert_attributes, request, response};
use ::reqwest::{Client, RequestBuilder, Response};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response as Reply};
use axum::routing::post;
use futures_util::{StreamExt, stream};
use integration_tests::{Program, block_on};
use std::io;
use std::sync::LazyLock;
use std::time::Duration;
use tokio::sync::Semaphore;
use trace_runtime::llm;
use trace_runtime::reqwest::SendTraced;

/// The second half of a stream waits until the test has read the first.
static FIRST_WAS_READ: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(0));

fn event(text: &str) -> Bytes {
    let delta = serde_json::json!({ "role": "assistant", "content": text });
    let event = serde_json::json!({ "choices": [{ "index": 0, "delta": delta }] });
    format!("data: {event}\n\n").into()
}

fn events(items: impl futures_util::Stream<Item = io::Result<Bytes>> + Send + 'static) -> Reply {
    ([(CONTENT_TYPE, "text/event-stream")], Body::from_stream(items)).into_response()
}

async fn serve(Path(mode): Path<String>, body: Bytes) -> Reply {
    let failed = |status: StatusCode, message: &str| {
        let error = serde_json::json!({ "error": { "message": message } });
        (status, error.to_string()).into_response()
    };
    match mode.as_str() {
        "json" => axum::Json(response(9, 2)).into_response(),
        "stream" => events(stream::iter([Ok(event("Hel"))]).chain(stream::once(async {
            let read = FIRST_WAS_READ.acquire().await;
            read.expect("the semaphore is open").forget();
            let last = serde_json::json!({
                "choices": [],
                "usage": { "prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11 },
            });
            let end = format!("data: {last}\n\ndata: [DONE]\n\n");
            Ok([&event("lo")[..], end.as_bytes()].concat().into())
        }))),
        "endless" => events(stream::iter([Ok(event("Hel"))]).chain(stream::pending())),
        "reset" => events(stream::iter([Ok(event("Hel"))]).chain(stream::once(async {
            let read = FIRST_WAS_READ.acquire().await;
            read.expect("the semaphore is open").forget();
            Err(io::Error::other("reset"))
        }))),
        "silent" => std::future::pending().await,
        "echo" => body.into_response(),
        status => {
            let status: u16 = status.parse().expect("a status code");
            failed(StatusCode::from_u16(status).expect("a status code"), "not today")
        }
    }
}

/// Runs a test with the base URL of the server.
fn with_server(test: impl AsyncFnOnce(&str)) {
    block_on(async {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let routes = Router::new()
            .route("/{mode}/chat/completions", post(serve))
            .route("/{mode}/other", post(serve))
            .layer(axum::extract::DefaultBodyLimit::disable());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        test(&base).await;
    });
}

fn ask(base: &str, mode: &str) -> RequestBuilder {
    let post = Client::new().post(format!("{base}/{mode}/chat/completions?key=secret-key"));
    post.bearer_auth("secret-token").body(request())
}

async fn send(base: &str, mode: &str) -> Response {
    ask(base, mode).send_traced().await.expect("a response")
}

#[test]
fn json_passes_and_is_recorded_without_credentials() {
    let program = Program::start();
    with_server(async |base| {
        let received = send(base, "json").await;
        assert_eq!(received.url().as_str(), format!("{base}/json/chat/completions?key=secret-key"));
        assert!(received.remote_addr().is_some() && received.content_length().is_some());
        let json: serde_json::Value = received.json().await.expect("JSON");
        assert_eq!(json, response(9, 2));
    });
    let expected = [
        ("llm.input_messages.0.message.content", Some("Hi")),
        ("llm.output_messages.0.message.content", Some("Hello")),
        ("llm.token_count.total", Some("11")),
        ("http.response.status_code", Some("200")),
        ("server.address", Some("127.0.0.1")),
    ];
    assert_attributes(&program, "chat gpt-4o", &expected);
    assert!(program.tree().starts_with("chat gpt-4o [LLM] ok"), "{}", program.tree());
    assert!(!format!("{:?}", program.spans()).contains("secret"));
}

#[test]
fn stream_passes_unbuffered_and_ends_at_its_last_event() {
    let program = Program::start();
    with_server(async |base| {
        let mut received = send(base, "stream").await;
        let first = received.chunk().await.expect("a chunk").expect("more");
        assert_eq!(first, event("Hel"));
        // A body that was buffered would never reach this line.
        FIRST_WAS_READ.add_permits(1);
        let mut rest = Vec::new();
        while !rest.ends_with(b"[DONE]\n\n") {
            rest.extend(received.chunk().await.expect("a chunk").expect("more"));
        }
        drop(received);
    });
    let tree = program.tree();
    assert!(tree.starts_with("chat gpt-4o [LLM] ok") && !tree.contains("!cancelled"), "{tree}");
    let expected = [
        ("llm.output_messages.0.message.content", Some("Hello")),
        ("llm.token_count.total", Some("11")),
    ];
    assert_attributes(&program, "chat gpt-4o", &expected);
}

#[test]
fn stream_that_is_dropped_early_is_cancelled() {
    let program = Program::start();
    with_server(async |base| {
        let mut received = send(base, "endless").await;
        received.chunk().await.expect("a chunk");
    });
    let tree = program.tree();
    assert!(tree.contains("[LLM] unset") && tree.contains("!cancelled"), "{tree}");
    let expected = [("llm.output_messages.0.message.content", Some("Hel"))];
    assert_attributes(&program, "chat gpt-4o", &expected);
}

#[test]
fn connection_that_is_reset_in_a_stream_is_an_error() {
    let program = Program::start();
    with_server(async |base| {
        let mut received = send(base, "reset").await;
        received.chunk().await.expect("a chunk");
        FIRST_WAS_READ.add_permits(1);
        received.chunk().await.expect_err("a reset");
    });
    let tree = program.tree();
    assert!(tree.contains("[LLM] error(Error: ") && !tree.contains("secret"), "{tree}");
    let expected = [("llm.output_messages.0.message.content", Some("Hel"))];
    assert_attributes(&program, "chat gpt-4o", &expected);
}

#[test]
fn error_status_is_an_error_with_the_servers_message() {
    for status in ["400", "401", "429", "500"] {
        let program = Program::start();
        with_server(async |base| {
            let received = send(base, status).await;
            assert!(received.text().await.expect("a body").contains("not today"));
        });
        let tree = program.tree();
        assert!(tree.contains(&format!("error(HTTP {status}: not today)")), "{tree}");
    }
}

#[test]
fn timeout_and_refused_connection_are_errors_without_the_key() {
    let program = Program::start();
    with_server(async |base| {
        let timed_out = ask(base, "silent").timeout(Duration::from_millis(20)).send_traced().await;
        assert!(timed_out.expect_err("a timeout").is_timeout());
        ask("http://127.0.0.1:1", "json").send_traced().await.expect_err("no server");
    });
    let tree = program.tree();
    assert_eq!(tree.matches("[LLM] error(Error: error sending request").count(), 2, "{tree}");
    assert!(!tree.contains("secret"), "{tree}");
}

#[test]
fn future_that_is_dropped_is_cancelled() {
    let program = Program::start();
    with_server(async |base| {
        let sent = ask(base, "silent").send_traced();
        tokio::time::timeout(Duration::from_millis(20), sent).await.expect_err("a timeout");
        // A future that is never polled sends nothing.
        drop(ask(base, "json").send_traced());
    });
    let tree = program.tree();
    assert_eq!(tree.matches("[LLM] unset").count(), 1, "{tree}");
    assert_eq!(tree.matches("!cancelled").count(), 1, "{tree}");
}

#[test]
fn large_bodies_pass_unchanged() {
    let program = Program::start();
    with_server(async |base| {
        for (path, length) in [("echo/chat/completions", 10 << 20), ("echo/other", 10 << 20)] {
            let message = serde_json::json!({ "role": "user", "content": "x".repeat(length) });
            let body = serde_json::json!({ "messages": [message] }).to_string();
            let request = Client::new().post(format!("{base}/{path}")).body(body.clone());
            let received = request.send_traced().await.expect("a response");
            assert!(received.text().await.expect("a body") == body);
        }
    });
    assert_eq!(program.spans().len(), 1);
}

#[test]
fn other_requests_have_no_span() {
    let program = Program::start();
    with_server(async |base| {
        let url = format!("{base}/echo/other");
        let received = Client::new().post(&url).body("hello").send_traced().await;
        assert_eq!(received.expect("a response").text().await.expect("a body"), "hello");
        let streamed = ::reqwest::Body::wrap_stream(stream::iter([Ok::<_, io::Error>("{}")]));
        let url = format!("{base}/echo/chat/completions");
        let received = Client::new().post(url).body(streamed).send_traced().await;
        assert_eq!(received.expect("a response").text().await.expect("a body"), "{}");
        Client::new().post("no url").send_traced().await.expect_err("an invalid URL");
    });
    assert!(program.spans().is_empty());
}

#[test]
fn request_without_a_registration_passes_untouched() {
    let _lock = Program::lock();
    with_server(async |base| {
        let received = send(base, "json").await;
        assert_eq!(received.json::<serde_json::Value>().await.expect("JSON"), response(9, 2));
    });
}

#[test]
fn annotated_functions_side_by_side_are_filled_by_their_requests() {
    #[llm(skip(base))]
    async fn question(base: &str, number: usize) -> String {
        let received = send(base, "json").await;
        received.text().await.map(|_| number.to_string()).expect("a body")
    }
    let program = Program::start();
    with_server(async |base| {
        futures_util::future::join_all((0..64).map(|number| question(base, number))).await;
    });
    let spans = program.spans();
    assert!(spans.len() == 64 && spans.iter().all(|span| span.name == "question"));
    let is_total = |key: &str| key == "llm.token_count.total";
    let attributes = spans.iter().flat_map(|span| &span.attributes);
    assert_eq!(attributes.filter(|kv| is_total(kv.key.as_str())).count(), 64);
}

//! The adapters while nothing is registered: no wrapper and no copy, so no allocation.
//!
//! The tests are alone in their process, since a registration of another test would be seen here.

use allocation_counter::measure;
use async_openai::config::OpenAIConfig;
use async_openai::middleware::{ReqwestService, retry::OpenAIRetryLayer};
use futures_util::FutureExt;
use std::future::{Ready, ready};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::task::{Context, Poll};
use std::thread;
use tower_layer::Layer;
use tower_service::Service;
use trace_runtime::reqwest::{Middleware, SendTraced, layer};

const URL: &str = "https://api.openai.com/v1/chat/completions";
const QUESTION: &str = r#"{"model":"gpt-4o","messages":[{"role":"user","content":"Hi"}]}"#;
static ANSWER: &str = r#"{"id":"1","object":"chat.completion","created":1,"model":"gpt-4o","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}]}"#;

/// A service in place of the client, which answers at once.
#[derive(Clone, Copy)]
struct Canned;

/// The tests of the layer for one version.
macro_rules! version {
    ($module:ident, $reqwest:ident) => {
        mod $module {
            use super::*;
            use ::$reqwest::{Body, Client, Error, Request, Response};

            pub(super) fn canned() -> Response {
                http::Response::new(Body::from(ANSWER)).into()
            }

            impl Service<Request> for Canned {
                type Response = Response;
                type Error = Error;
                type Future = Ready<Result<Response, Error>>;

                fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
                    Poll::Ready(Ok(()))
                }

                fn call(&mut self, _: Request) -> Self::Future {
                    ready(Ok(canned()))
                }
            }

            /// A request of another type.
            #[derive(Clone)]
            struct Factory;

            impl Service<Factory> for Canned {
                type Response = Response;
                type Error = Error;
                type Future = Ready<Result<Response, Error>>;

                fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
                    Poll::Ready(Ok(()))
                }

                fn call(&mut self, _: Factory) -> Self::Future {
                    ready(Ok(canned()))
                }
            }

            fn request() -> Request {
                Client::new().post(URL).body(QUESTION).build().expect("a request")
            }

            /// Returns the allocations of a call until its response was read, and their bytes. The
            /// body must be the one that the service returned.
            fn allocations<S, R>(mut service: S, request: R) -> (u64, u64)
            where
                S: Service<R, Response = Response, Error = Error>,
            {
                let mut body = None;
                let counted = measure(|| {
                    let response = service.call(request).now_or_never().expect("a response");
                    body = response.expect("a response").bytes().now_or_never();
                });
                let body = body.expect("a body at once").expect("a body");
                assert_eq!(body.as_ptr(), ANSWER.as_ptr());
                (counted.count_total, counted.bytes_total)
            }

            #[test]
            fn layer_adds_no_allocation_and_no_copy() {
                let plain = allocations(Canned, request());
                assert_eq!(allocations(layer().layer(Canned), request()), plain);
                let including = layer().include_usage(true);
                assert_eq!(allocations(including.layer(Canned), request()), plain);
                let looking = layer().looking_at(async |_: Factory| Some(request()));
                assert_eq!(allocations(looking.layer(Canned), Factory), plain);
            }

            async fn read(sent: impl Future<Output = Result<Response, Error>>) {
                assert_eq!(sent.await.expect("a response").text().await.expect("a body"), ANSWER);
            }

            #[test]
            fn send_traced_adds_no_allocation() {
                let url = serve();
                let client = Client::new();
                let post = || client.post(&url).body(QUESTION);
                assert_no_more(
                    async || read(post().send_traced()).await,
                    async || {
                        read(post().send()).await;
                    },
                );
            }
        }
    };
}

version!(v13, reqwest);
version!(v12, reqwest_0_12);

/// Answers every request with the same bytes, on other threads. Returns its URL.
fn serve() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let url = format!("http://{}/chat/completions", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        for connection in listener.incoming() {
            let connection = connection.expect("a connection");
            thread::spawn(move || answer(connection));
        }
    });
    url
}

fn answer(mut connection: TcpStream) {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ";
    let response = format!("{head}{}\r\n\r\n{ANSWER}", ANSWER.len());
    let (mut request, mut buffer) = (Vec::new(), [0; 4096]);
    while let Ok(length @ 1..) = connection.read(&mut buffer) {
        request.extend_from_slice(&buffer[..length]);
        // The messages are the last field, or the model is.
        if request.ends_with(b"}]}") || request.ends_with(b"\"gpt-4o\"}") {
            request.clear();
            connection.write_all(response.as_bytes()).expect("a client that reads");
        }
    }
}

/// Asserts that there are calls of `traced` that allocate no more often than the best call of `plain`.
///
/// The network decides how often the client polls, so single calls differ. A wrapper or a copy would
/// add an allocation to each.
fn assert_no_more(traced: impl AsyncFn(), plain: impl AsyncFn()) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let traced = || measure(|| runtime.block_on(traced())).count_total;
    let plain = || measure(|| runtime.block_on(plain())).count_total;
    let least = (0..100).map(|_| plain()).min();
    let best = (0..1000).map(|_| traced()).find(|count| Some(*count) <= least);
    assert!(best.is_some(), "more than {least:?} allocations");
}

#[test]
#[should_panic(expected = "more than")]
fn copy_of_a_body_is_found() {
    let url = serve();
    let client = reqwest::Client::new();
    let read = async || {
        let response = client.post(&url).body(QUESTION).send().await.expect("a response");
        response.bytes().await.expect("a body")
    };
    let copied = async || assert_eq!(read().await.to_vec(), ANSWER.as_bytes());
    assert_no_more(copied, async || assert_eq!(read().await, ANSWER.as_bytes()));
}

#[test]
fn service_for_async_openai_adds_no_allocation() {
    let base = serve().replace("/chat/completions", "");
    let http = reqwest::Client::new();
    let client = || {
        let config = OpenAIConfig::new().with_api_base(&base).with_api_key("none");
        async_openai::Client::with_config(config)
    };
    // Both replace the service of the client, which boxes the one that it is given.
    let retrying = OpenAIRetryLayer::default().layer(ReqwestService::new(http.clone()));
    let plain = client().with_http_service(retrying);
    let traced = client().with_http_service(trace_runtime::async_openai::service(http));
    let request = || serde_json::from_str(QUESTION).expect("a request");
    let ask = async |client: &async_openai::Client<OpenAIConfig>| {
        client.chat().create(request()).await.expect("an answer");
    };
    assert_no_more(async || ask(&traced).await, async || ask(&plain).await);
}

/// A middleware that passes requests on.
struct Passing;

/// A middleware in place of the client, which answers at once.
struct Answering;

#[async_trait::async_trait]
impl reqwest_middleware::Middleware for Passing {
    async fn handle(
        &self,
        request: reqwest::Request,
        extensions: &mut http::Extensions,
        next: reqwest_middleware::Next<'_>,
    ) -> reqwest_middleware::Result<reqwest::Response> {
        next.run(request, extensions).await
    }
}

#[async_trait::async_trait]
impl reqwest_middleware::Middleware for Answering {
    async fn handle(
        &self,
        _: reqwest::Request,
        _: &mut http::Extensions,
        _: reqwest_middleware::Next<'_>,
    ) -> reqwest_middleware::Result<reqwest::Response> {
        Ok(v13::canned())
    }
}

#[test]
fn middleware_allocates_as_often_as_one_that_does_nothing_and_copies_nothing() {
    let client = |first: std::sync::Arc<dyn reqwest_middleware::Middleware>| {
        let builder = reqwest_middleware::ClientBuilder::new(reqwest::Client::new());
        builder.with_arc(first).with(Answering).build()
    };
    let allocations = |client: reqwest_middleware::ClientWithMiddleware| {
        let request = reqwest::Client::new().post(URL).body(QUESTION).build().expect("a request");
        let mut body = None;
        let counted = measure(|| {
            let response = client.execute(request).now_or_never().expect("a response");
            body = response.expect("a response").bytes().now_or_never();
        });
        let body = body.expect("a body at once").expect("a body");
        assert_eq!(body.as_ptr(), ANSWER.as_ptr());
        counted.count_total
    };
    let plain = allocations(client(std::sync::Arc::new(Passing)));
    for ours in [Middleware::new(), Middleware::new().include_usage(true)] {
        assert_eq!(allocations(client(std::sync::Arc::new(ours))), plain);
    }
}

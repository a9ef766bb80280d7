//! The layer for `reqwest` while nothing is registered: no wrapper, no copy.
//!
//! The test is alone in its process, since a registration of another test would be seen here.

use allocation_counter::measure;
use futures_util::FutureExt;
use reqwest::{Body, Client, Request, Response};
use std::future::{Ready, ready};
use std::task::{Context, Poll};
use tower_layer::Layer;
use tower_service::Service;
use trace_runtime::reqwest::layer;

const QUESTION: &str = r#"{"model":"gpt-4o","messages":[{"role":"user","content":"Hi"}]}"#;
static ANSWER: &str = r#"{"choices":[{"message":{"role":"assistant","content":"Hello"}}]}"#;

/// A service in place of the client, which answers at once.
#[derive(Clone, Copy)]
struct Canned;

impl<R> Service<R> for Canned {
    type Response = Response;
    type Error = reqwest::Error;
    type Future = Ready<Result<Response, reqwest::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), reqwest::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: R) -> Self::Future {
        ready(Ok(http::Response::new(Body::from(ANSWER)).into()))
    }
}

fn request() -> Request {
    let url = "https://api.openai.com/v1/chat/completions";
    Client::new().post(url).body(QUESTION).build().expect("a request")
}

/// Returns the allocations of a call until its response was read, whose body is the original one.
fn allocations<S, R>(mut service: S, request: R) -> u64
where
    S: Service<R, Response = Response, Error = reqwest::Error>,
{
    let mut body = None;
    let counted = measure(|| {
        let response = service.call(request).now_or_never().expect("a canned response");
        body = response.expect("a response").bytes().now_or_never();
    });
    let body = body.expect("a canned body").expect("a body");
    assert_eq!(body.as_ptr(), ANSWER.as_ptr());
    counted.count_total
}

#[test]
fn layer_without_a_registration_adds_no_allocation_and_no_copy() {
    let plain = allocations(Canned, request());
    assert_eq!(allocations(layer().layer(Canned), request()), plain);
    let looking = layer().looking_at(async |(): ()| Some(request()));
    assert_eq!(allocations(looking.layer(Canned), ()), plain);
}

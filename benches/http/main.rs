//! The cost of the layer for `reqwest`, for each call and for each chunk of a streamed response.
//!
//! A service in place of the client answers at once, so that no network hides the cost. The variants
//! run in turn, and the table shows medians, without the cost of the plain service.

use benches::{NoOp, median};
use reqwest::{Body, Client, Request, Response};
use std::future::{Ready, ready};
use std::hint::black_box;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tower_layer::Layer;
use tower_service::Service;
use trace_runtime::{Registration, register};

/// The number of rounds, each of which measures every variant.
const ROUNDS: usize = 201;
/// The number of calls in a round. All of their spans fit in the queue.
const CALLS: u32 = 100;
/// The number of chunks in a stream, enough to make the cost of the call itself negligible.
const CHUNKS: u32 = 1000;

const QUESTION: &str = r#"{"model":"gpt-4o","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"What is worth seeing in Rome?"}],"temperature":0.5}"#;
const ANSWER: &str = r#"{"id":"chatcmpl-1","object":"chat.completion","model":"gpt-4o-2024-08-06","choices":[{"index":0,"message":{"role":"assistant","content":"The Forum, the Pantheon, and the gardens of the Villa Borghese."},"finish_reason":"stop"}],"usage":{"prompt_tokens":21,"completion_tokens":17,"total_tokens":38}}"#;
const CHUNK: &str = "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"model\":\"gpt-4o\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" gardens\"}}]}\n\n";

/// Answers with one JSON body, or with a stream.
#[derive(Clone, Copy)]
struct Canned {
    streams: bool,
}

impl Service<Request> for Canned {
    type Response = Response;
    type Error = reqwest::Error;
    type Future = Ready<Result<Response, reqwest::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), reqwest::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        black_box(&request);
        let (content_type, body) = if self.streams {
            let chunks = (0..CHUNKS).map(|_| Ok::<_, std::io::Error>(CHUNK));
            ("text/event-stream", Body::wrap_stream(futures_util::stream::iter(chunks)))
        } else {
            ("application/json", Body::from(ANSWER))
        };
        let response = http::Response::builder().header("content-type", content_type).body(body);
        ready(Ok(response.expect("a response").into()))
    }
}

/// Sends a request and reads its response.
async fn ask<S>(service: &mut S, request: Request) -> usize
where
    S: Service<Request, Response = Response, Error = reqwest::Error>,
{
    let mut response = service.call(request).await.expect("a response");
    let mut bytes = 0;
    while let Some(chunk) = response.chunk().await.expect("a chunk") {
        bytes += chunk.len();
    }
    bytes
}

/// Returns the time for all calls of a round. Building the requests is not measured.
fn timed<S>(service: &mut S, calls: u32) -> Duration
where
    S: Service<Request, Response = Response, Error = reqwest::Error>,
{
    let client = Client::new();
    let url = "https://api.openai.com/v1/chat/completions";
    let requests: Vec<_> =
        (0..calls).map(|_| client.post(url).body(QUESTION).build().expect("a request")).collect();
    let began = Instant::now();
    for request in requests {
        black_box(futures_executor::block_on(ask(service, request)));
    }
    began.elapsed()
}

/// Nanoseconds for each unit: plain, with the layer while nothing is registered, and recorded.
struct Measured([f64; 3]);

impl Measured {
    fn row(&self, title: &str) {
        let Measured([plain, off, recorded]) = self;
        println!("| {title} | {plain:.0} | {:.0} | {:.0} |", off - plain, recorded - plain);
    }
}

fn installed() -> Registration {
    let builder = register().verbose(false).exporter(NoOp::default());
    builder.install().expect("nothing else is registered")
}

/// Measures a service; `units` is the number of calls or chunks in a round.
fn measure(service: Canned, calls: u32, units: u32) -> Measured {
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    let mut layered = trace_runtime::reqwest::layer().layer(service);
    let mut plain = service;
    for _ in 0..ROUNDS {
        times[0].push(timed(&mut plain, calls));
        times[1].push(timed(&mut layered, calls));
        let registration = installed();
        times[2].push(timed(&mut layered, calls));
        registration.flush().expect("the exporter accepts everything");
    }
    Measured(
        times.map(|times| {
            median(times.iter().map(|time| time.as_secs_f64() * 1e9 / f64::from(units)))
        }),
    )
}

fn main() {
    let call = measure(Canned { streams: false }, CALLS, CALLS);
    let chunk = measure(Canned { streams: true }, 1, CHUNKS);
    println!("Nanoseconds on the thread of the caller:\n");
    println!("| | service alone | layer adds, nothing registered | layer adds, recorded |");
    println!("|---|---|---|---|");
    call.row("a call with a JSON response");
    chunk.row("a chunk of a stream");
}

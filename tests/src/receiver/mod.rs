//! A receiver of OTLP on the loopback interface, over HTTP and gRPC, that keeps each request.

mod faulty_server;
mod grpc;
mod http;
mod phoenix;
mod tls;

pub use faulty_server::{FaultyServer, reset};
pub use phoenix::Phoenix;
pub use tls::Certificate;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

/// One export request.
#[derive(Clone, Debug)]
pub struct Received {
    /// The method of the request.
    pub method: String,
    /// The path of the request.
    pub path: String,
    /// The query of the request, or an empty text.
    pub query: String,
    /// The headers or metadata, with lower-case names.
    pub headers: BTreeMap<String, String>,
    /// The body before decompression and decoding.
    pub body: Vec<u8>,
    /// The decoded body; empty for a request that is not OTLP.
    pub request: ExportTraceServiceRequest,
}

/// The answer to one request.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    /// The HTTP status, where 0 means 200, or the gRPC code.
    pub status: u16,
    /// The text of the body or status, or the error message of a (partial) success.
    pub text: String,
    /// The number of spans that a partial success rejects.
    pub rejected: i64,
    /// The delay before the answer.
    pub delay: Duration,
    /// The delay to ask the client for, in seconds: `retry-after`, or `RetryInfo` over gRPC.
    pub retry_after: Option<u32>,
    /// The header `retry-after` as a date.
    pub retry_date: Option<&'static str>,
    /// The body of a success that is not OTLP, if not empty.
    pub garbage: Vec<u8>,
}

impl Reply {
    /// Returns a reply with this status and text.
    #[must_use]
    pub fn status(status: u16, text: &str) -> Self {
        Reply { status, text: text.to_owned(), ..Reply::default() }
    }
}

/// Chooses the reply by the number of the request, which counts from 0, and its content.
type Answer = Arc<dyn Fn(usize, &Received) -> Reply + Send + Sync>;

/// The state shared by both servers.
#[derive(Clone)]
struct Shared {
    received: Arc<Mutex<Vec<Received>>>,
    answer: Answer,
}

impl Shared {
    /// Keeps a request and returns the reply to it, after its delay.
    async fn take(&self, received: Received) -> Reply {
        // The lock must not be held across the delay, during which other requests arrive.
        let reply = {
            let mut all = self.received.lock().unwrap_or_else(PoisonError::into_inner);
            let reply = (self.answer)(all.len(), &received);
            all.push(received);
            reply
        };
        tokio::time::sleep(reply.delay).await;
        reply
    }
}

/// A free port of the loopback interface.
const ANYWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// The protocol of a receiver.
#[derive(Clone, Default)]
struct Kind {
    is_grpc: bool,
    /// Accepts TLS connections; plain TCP if `None`.
    tls: Option<TlsAcceptor>,
}

/// A running receiver, which stops when it is dropped.
pub struct Receiver {
    address: SocketAddr,
    scheme: &'static str,
    shared: Shared,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Receiver {
    /// Starts a receiver of OTLP over HTTP that accepts everything.
    #[must_use]
    pub fn http() -> Self {
        Receiver::http_answering(|_, _| Reply::default())
    }

    /// Starts a receiver of OTLP over HTTP that calls the closure for the reply to the n-th
    /// request.
    #[must_use]
    pub fn http_answering(
        answer: impl Fn(usize, &Received) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Receiver::start(Arc::new(answer), Kind::default(), ANYWHERE)
    }

    /// Starts a receiver of OTLP over HTTP on the address of one that was dropped.
    #[must_use]
    pub fn http_at(endpoint: &str) -> Self {
        Receiver::http_answering_at(endpoint, |_, _| Reply::default())
    }

    /// Starts a receiver of OTLP over HTTP on a free address. The closure chooses the replies.
    #[must_use]
    pub fn http_answering_at(
        endpoint: &str,
        answer: impl Fn(usize, &Received) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Receiver::start(Arc::new(answer), Kind::default(), address(endpoint))
    }

    /// Starts a receiver of OTLP over gRPC that calls the closure for the reply to the n-th
    /// request.
    #[must_use]
    pub fn grpc_answering(
        answer: impl Fn(usize, &Received) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let kind = Kind { is_grpc: true, ..Kind::default() };
        Receiver::start(Arc::new(answer), kind, ANYWHERE)
    }

    /// Starts a receiver of OTLP over HTTP or gRPC with TLS.
    #[must_use]
    pub fn tls(certificate: &Certificate, is_grpc: bool) -> Self {
        let kind = Kind { is_grpc, tls: Some(certificate.acceptor()) };
        Receiver::start(Arc::new(|_, _| Reply::default()), kind, ANYWHERE)
    }

    /// Starts a receiver of OTLP over gRPC on the address of one that was dropped.
    #[must_use]
    pub fn grpc_at(endpoint: &str) -> Self {
        let kind = Kind { is_grpc: true, ..Kind::default() };
        Receiver::start(Arc::new(|_, _| Reply::default()), kind, address(endpoint))
    }

    fn start(answer: Answer, kind: Kind, at: SocketAddr) -> Self {
        let scheme = if kind.tls.is_some() { "https" } else { "http" };
        let shared = Shared { received: Arc::default(), answer };
        let (stop, stopped) = oneshot::channel();
        let (listening, address) = std::sync::mpsc::channel();
        let serving = shared.clone();
        // The runtime has its own thread, so that tests may block theirs.
        let thread = std::thread::spawn(move || {
            crate::block_on(async move {
                let listener = TcpListener::bind(at).await.expect("a free port");
                let address = listener.local_addr().expect("an address");
                listening.send(address).expect("the test waits");
                tokio::select! {
                    () = http::serve(listener, serving, kind) => {}
                    _ = stopped => {}
                }
            });
        });
        let address = address.recv().expect("the receiver listens");
        Receiver { address, scheme, shared, stop: Some(stop), thread: Some(thread) }
    }

    /// Returns the base URL.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// Returns every request so far.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.lock().clone()
    }

    /// Returns every span so far.
    #[must_use]
    pub fn spans(&self) -> Vec<Span> {
        let requests =
            self.received().into_iter().flat_map(|received| received.request.resource_spans);
        let scopes = requests.flat_map(|resource| resource.scope_spans);
        scopes.flat_map(|scope| scope.spans).collect()
    }

    /// Returns the ids of all spans so far, sorted. Duplicates are kept.
    #[must_use]
    pub fn ids(&self) -> Vec<Vec<u8>> {
        let mut ids: Vec<_> = self.spans().into_iter().map(|span| span.span_id).collect();
        ids.sort();
        ids
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Received>> {
        self.shared.received.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the address in an endpoint without TLS.
fn address(endpoint: &str) -> SocketAddr {
    endpoint.trim_start_matches("http://").parse().expect("an endpoint")
}

impl Drop for Receiver {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

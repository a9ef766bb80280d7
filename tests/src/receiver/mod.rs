//! A receiver of OTLP on loopback, over HTTP and gRPC, that keeps what it decodes.

mod faulty;
mod grpc;
mod http;
mod tls;

pub use faulty::{Faulty, reset};
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

/// One export, as it arrived.
#[derive(Clone, Debug)]
pub struct Received {
    /// The path of the request.
    pub path: String,
    /// Headers or metadata, lower-case names.
    pub headers: BTreeMap<String, String>,
    /// The body, as it came.
    pub body: Vec<u8>,
    /// The decoded body.
    pub request: ExportTraceServiceRequest,
}

/// What the receiver answers.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    /// The HTTP status, 0 for 200; for gRPC the code.
    pub status: u16,
    /// A plain text body, the message of the status, or what a success says besides.
    pub text: String,
    /// How many spans a successful answer refuses.
    pub rejected: i64,
    /// How long it waits before it answers.
    pub delay: Duration,
    /// The header `retry-after`, in seconds.
    pub retry_after: Option<u32>,
    /// The same as a date.
    pub retry_date: Option<&'static str>,
    /// The body of a success, if it is to be something else than OTLP.
    pub garbage: Vec<u8>,
}

impl Reply {
    /// An HTTP status with a text.
    #[must_use]
    pub fn status(status: u16, text: &str) -> Self {
        Reply { status, text: text.to_owned(), ..Reply::default() }
    }
}

type Answer = Arc<dyn Fn(usize, &Received) -> Reply + Send + Sync>;

/// What both servers share.
#[derive(Clone)]
struct Shared {
    received: Arc<Mutex<Vec<Received>>>,
    answer: Answer,
}

impl Shared {
    /// Keeps an export and says what to answer.
    async fn take(&self, received: Received) -> Reply {
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

/// Any free port of loopback.
const ANYWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// What is spoken.
#[derive(Clone, Default)]
struct Kind {
    is_grpc: bool,
    tls: Option<TlsAcceptor>,
}

/// A running receiver; dropping it stops it.
pub struct Receiver {
    address: SocketAddr,
    scheme: &'static str,
    shared: Shared,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Receiver {
    /// A receiver of OTLP over HTTP that accepts everything.
    #[must_use]
    pub fn http() -> Self {
        Receiver::http_answering(|_, _| Reply::default())
    }

    /// The same, answering what the closure says of the n-th request.
    #[must_use]
    pub fn http_answering(
        answer: impl Fn(usize, &Received) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Receiver::start(Arc::new(answer), Kind::default(), ANYWHERE)
    }

    /// A receiver of OTLP over HTTP at the address of one that is gone.
    #[must_use]
    pub fn http_again(endpoint: &str) -> Self {
        let address = endpoint.trim_start_matches("http://").parse().expect("an endpoint");
        Receiver::start(Arc::new(|_, _| Reply::default()), Kind::default(), address)
    }

    /// A receiver of OTLP over gRPC.
    #[must_use]
    pub fn grpc_answering(
        answer: impl Fn(usize, &Received) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let kind = Kind { is_grpc: true, ..Kind::default() };
        Receiver::start(Arc::new(answer), kind, ANYWHERE)
    }

    /// A receiver of OTLP over HTTP, or gRPC, over TLS.
    #[must_use]
    pub fn tls(certificate: &Certificate, is_grpc: bool) -> Self {
        let kind = Kind { is_grpc, tls: Some(certificate.acceptor()) };
        Receiver::start(Arc::new(|_, _| Reply::default()), kind, ANYWHERE)
    }

    fn start(answer: Answer, kind: Kind, at: SocketAddr) -> Self {
        let scheme = if kind.tls.is_some() { "https" } else { "http" };
        let shared = Shared { received: Arc::default(), answer };
        let (stop, stopped) = oneshot::channel();
        let (listening, address) = std::sync::mpsc::channel();
        let serving = shared.clone();
        // A thread of its own, so that tests may block theirs.
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

    /// The base URL.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// Every export so far.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.lock().clone()
    }

    /// Every span so far.
    #[must_use]
    pub fn spans(&self) -> Vec<Span> {
        let requests =
            self.received().into_iter().flat_map(|received| received.request.resource_spans);
        let scopes = requests.flat_map(|resource| resource.scope_spans);
        scopes.flat_map(|scope| scope.spans).collect()
    }

    /// The ids of every span so far, in order: one that arrived twice is there twice.
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

impl Drop for Receiver {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

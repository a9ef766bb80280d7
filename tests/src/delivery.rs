//! Helpers for tests of delivery: registrations whose messages are kept, receivers that fail on
//! purpose, and polling.

use crate::receiver::{Receiver, Reply};
use socket2::{Domain, Socket, Type};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use trace_runtime::opentelemetry_sdk::error::OTelSdkResult;
use trace_runtime::opentelemetry_sdk::trace::{SpanData, SpanExporter};
use trace_runtime::{Builder, Registration, delivery::Stats, register};

/// The environment variable with the endpoint of the receiver, for a child process.
pub const ENDPOINT: &str = "TEST_ENDPOINT";
/// The environment variable with the folder to write to, for a child process.
pub const FOLDER: &str = "TEST_FOLDER";

/// The diagnostic messages so far.
pub type Messages = Arc<Mutex<Vec<String>>>;

/// Installs a registration whose diagnostic messages are kept.
pub fn install_with(configure: impl FnOnce(Builder) -> Builder) -> (Registration, Messages) {
    let messages = Messages::default();
    let sink = Arc::clone(&messages);
    let builder = register()
        .verbose(false)
        .on_diagnostic(move |diagnostic| sink.lock().unwrap().push(diagnostic.to_string()));
    (configure(builder).install().unwrap(), messages)
}

/// Returns a builder whose registration prints nothing.
pub fn quiet_builder() -> Builder {
    register().verbose(false).on_diagnostic(|_| {})
}

/// Returns the statistics of the only destination, and checks that its counts add up.
#[must_use]
pub fn stats(registration: &Registration) -> Stats {
    let [stats] = &registration.stats()[..] else { panic!("one destination") };
    assert_accounted(stats);
    stats.clone()
}

/// Asserts the invariant of the counts: ended = delivered + pending + on disk + lost.
pub fn assert_accounted(stats: &Stats) {
    assert_eq!(stats.ended, stats.delivered + stats.pending + stats.on_disk + stats.lost);
}

/// Returns the number of distinct spans that were received.
#[must_use]
pub fn distinct_spans(receiver: &Receiver) -> usize {
    let mut ids = receiver.ids();
    ids.dedup();
    ids.len()
}

/// Returns the number of distinct spans that were received, and the number of duplicates. The first
/// `refused` requests are skipped.
#[must_use]
pub fn distinct_and_duplicates(receiver: &Receiver, refused: usize) -> (usize, usize) {
    let requests = receiver.received().split_off(refused).into_iter();
    let spans = requests.flat_map(|request| request.request.resource_spans);
    let spans = spans.flat_map(|spans| spans.scope_spans).flat_map(|spans| spans.spans);
    let mut ids: Vec<_> = spans.map(|span| span.span_id).collect();
    let all = ids.len();
    ids.sort();
    ids.dedup();
    (ids.len(), all - ids.len())
}

/// Polls until the condition holds; panics if it does not within a minute.
#[track_caller]
pub fn wait_until(condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !condition() {
        assert!(Instant::now() < deadline, "timed out");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Returns a receiver that refuses every request until it is switched on, the switch, and the
/// number of the first request that it accepted.
#[must_use]
pub fn switchable_receiver() -> (Receiver, Arc<AtomicBool>, Arc<AtomicUsize>) {
    let (on, first) = (Arc::<AtomicBool>::default(), Arc::new(AtomicUsize::new(usize::MAX)));
    let (is_on, accepted) = (Arc::clone(&on), Arc::clone(&first));
    let receiver = Receiver::http_answering(move |n, _| {
        if is_on.load(Ordering::SeqCst) {
            accepted.fetch_min(n, Ordering::SeqCst);
            Reply::default()
        } else {
            Reply::status(503, "not yet")
        }
    });
    (receiver, on, first)
}

/// Returns an endpoint where nothing listens; a receiver may start there later.
///
/// The port stays bound until the process ends. Otherwise the system could give it to a receiver of
/// another test, which would receive spans that are not its own.
#[must_use]
pub fn unused_endpoint() -> String {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    // A listener of this process sets the same option, and may share the port then.
    socket.set_reuse_address(true).unwrap();
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    let port = socket.local_addr().unwrap().as_socket_ipv4().unwrap().port();
    std::mem::forget(socket);
    format!("http://127.0.0.1:{port}")
}

/// Returns an environment variable that the parent process of a child test has set.
#[must_use]
pub fn env_of_parent(name: &str) -> String {
    std::env::var(name).expect("run as a child process")
}

/// Copies bytes between the connection and `target`, in both directions.
pub fn forward(mut from: TcpStream, target: &str) {
    let mut to = TcpStream::connect(target.trim_start_matches("http://")).unwrap();
    let (mut back, mut answer) = (from.try_clone().unwrap(), to.try_clone().unwrap());
    std::thread::spawn(move || std::io::copy(&mut answer, &mut back));
    std::thread::spawn(move || std::io::copy(&mut from, &mut to));
}

/// An exporter that accepts and drops everything, for tests of a second destination.
#[derive(Debug)]
pub struct DiscardingExporter;

impl SpanExporter for DiscardingExporter {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        Ok(())
    }
}

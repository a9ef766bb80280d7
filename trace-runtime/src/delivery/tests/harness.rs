//! A queue with its threads, and a backend that the test controls.

use crate::config::Environment;
use crate::delivery::body::Body;
use crate::delivery::destination::{Attempt, Transport};
use crate::delivery::diagnostics::{Diagnostic, Diagnostics};
use crate::delivery::encode::encode;
use crate::delivery::encoder::Encoder;
use crate::delivery::queue::{Batch, Queue, QueuedSpan, Stats};
use crate::delivery::retry::Backoff;
use crate::delivery::sender::Sender;
use crate::delivery::settings::{BatchSettings, SpoolSettings};
use crate::delivery::spool::Store;
use crate::delivery::worker::{Outlet, Worker};
use crate::enrich::CountedOnce;
use crate::enrich::Limits;
use crate::enrich::Prices;
use crate::enrich::Stages;
use crate::mask::MaskSettings;
use opentelemetry::InstrumentationScope;
use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};
use prost::Message;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// The names of the spans of a batch.
pub(super) const ALL: [&str; 4] = ["a", "b", "c", "d"];

/// Longer than any test takes. No test waits for this long unless it fails.
pub(super) const LONG: Duration = Duration::from_secs(60);

/// A transport that announces each batch, and waits for the answer of the test.
#[derive(Debug)]
struct Gate {
    sent: mpsc::Sender<Vec<String>>,
    answers: mpsc::Receiver<Attempt>,
}

impl Transport for Gate {
    fn send(&mut self, body: &Body, _within: Duration) -> Attempt {
        self.sent.send(names(&body.protobuf().unwrap())).unwrap();
        self.answers.recv_timeout(LONG).unwrap()
    }

    fn timeout(&self) -> Duration {
        LONG
    }

    fn wants_gzip(&self) -> bool {
        false
    }

    fn max_request_bytes(&self) -> usize {
        usize::MAX
    }

    fn address(&self) -> String {
        "the gate".to_owned()
    }

    fn identity(&self) -> &'static str {
        "gate"
    }
}

pub(super) struct Run {
    pub(super) queue: Arc<Queue>,
    /// The number of lost spans that were reported.
    pub(super) reported: Arc<AtomicU64>,
    sent: mpsc::Receiver<Vec<String>>,
    answers: mpsc::Sender<Attempt>,
    sender: JoinHandle<()>,
}

impl Run {
    /// Starts the sender. The worker starts with [`start_worker`](Run::start_worker).
    pub(super) fn start(spool: Option<SpoolSettings>) -> Self {
        Run::start_reporting(spool, || {})
    }

    /// Starts the sender. `on_report` is called for each report, before it is counted.
    pub(super) fn start_reporting(
        spool: Option<SpoolSettings>,
        on_report: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        Run::start_prepared(spool, on_report, |_| {})
    }

    /// Starts the sender after `prepare`.
    pub(super) fn start_prepared(
        spool: Option<SpoolSettings>,
        on_report: impl Fn() + Send + Sync + 'static,
        prepare: impl FnOnce(&Queue),
    ) -> Self {
        let reported = Arc::<AtomicU64>::default();
        let count = Arc::clone(&reported);
        let queue = Arc::new(new_queue(spool, move |diagnostic| {
            on_report();
            count.fetch_add(diagnostic.spans, Ordering::SeqCst);
        }));
        prepare(&queue);
        let (sent_to, sent) = mpsc::channel();
        let (answers, to_answer) = mpsc::channel();
        let sender = Sender {
            queue: Arc::clone(&queue),
            transport: Box::new(Gate { sent: sent_to, answers: to_answer }),
            backoff: Backoff::default(),
        };
        let sender = thread::spawn(move || sender.run());
        Run { queue, reported, sent, answers, sender }
    }

    pub(super) fn start_worker(&self) -> JoinHandle<()> {
        start_worker(&self.queue, Outlet::Encoder(Encoder::new(false, Vec::new())))
    }

    /// Ends spans with these names. Four are a batch.
    pub(super) fn push(&self, names: &[&str]) {
        for name in names {
            self.queue.push(span(name));
        }
    }

    /// Waits until a batch is being sent; returns the names of its spans.
    pub(super) fn sending(&self) -> Vec<String> {
        self.sent.recv_timeout(LONG).unwrap()
    }

    /// Returns the names of the spans of a batch if one is being sent now.
    pub(super) fn sending_now(&self) -> Option<Vec<String>> {
        self.sent.try_recv().ok()
    }

    /// Waits until every span is resolved.
    pub(super) fn flush(&self) {
        let flush = self.queue.begin_flush();
        assert_eq!(self.queue.wait_for(&flush, Instant::now() + LONG).pending, 0);
    }

    pub(super) fn answer(&self, attempt: Attempt) {
        self.answers.send(attempt).unwrap();
    }

    /// Answers a sender that may have ended.
    pub(super) fn answer_late(&self, attempt: Attempt) {
        let _ = self.answers.send(attempt);
    }

    /// Does the work of the worker in durable mode on this thread, for one batch.
    pub(super) fn work_durably(&self) {
        let mut block = self.queue.next_block(|| {}).unwrap();
        let (id, spans) = (block.id, block.spans.len() as u64);
        let data = block.spans.take();
        let body = Body::plain(encode(data, &ResourceAttributesWithSchema::default()));
        assert!(self.queue.store_batch(id, &body, true));
        self.queue.post(Batch { id, spans, body });
    }

    /// Stores a batch in the spool alone, as the worker does while the sender lags.
    pub(super) fn leave_to_disk(&self) {
        let mut block = self.queue.next_block(|| {}).unwrap();
        let data = block.spans.take();
        let body = Body::plain(encode(data, &ResourceAttributesWithSchema::default()));
        assert!(self.queue.store_batch(block.id, &body, false));
    }

    /// Returns the account, which adds up.
    pub(super) fn stats(&self) -> Stats {
        let stats = self.queue.stats();
        let all = stats.delivered + stats.pending + stats.on_disk + stats.lost;
        assert_eq!(stats.ended, all, "{stats:?}");
        stats
    }

    /// Waits until the sender has ended, after the queue was stopped.
    pub(super) fn join(self) {
        self.sender.join().unwrap();
    }
}

/// Sends spans as one batch without compression, by a sender without a worker, until they are
/// delivered. `transport` is created for the body, which is returned.
pub(super) fn send_all<T: Transport + 'static>(
    spans: impl IntoIterator<Item = QueuedSpan>,
    transport: impl FnOnce(&Body) -> T,
) -> Body {
    let queue = Arc::new(new_queue(None, |_| {}));
    for span in spans {
        queue.push(span);
    }
    let mut block = queue.next_block(|| {}).unwrap();
    let (id, spans) = (block.id, block.spans.len() as u64);
    let body = Body::plain(encode(block.spans.take(), &ResourceAttributesWithSchema::default()));
    let sender = Sender {
        queue: Arc::clone(&queue),
        transport: Box::new(transport(&body)),
        backoff: Backoff::default(),
    };
    let sender = thread::spawn(move || sender.run());
    let flush = queue.begin_flush();
    queue.post(Batch { id, spans, body: body.clone() });
    assert_eq!(queue.wait_for(&flush, Instant::now() + LONG).delivered, spans);
    queue.finished();
    queue.stop(LONG);
    sender.join().unwrap();
    body
}

/// Creates a queue with a bound of 1 MiB, and with four spans in a batch. Its sender looks for
/// spools of other processes without a pause.
pub(super) fn new_queue(
    spool: Option<SpoolSettings>,
    report: impl Fn(&Diagnostic) + Send + Sync + 'static,
) -> Queue {
    let settings = BatchSettings {
        queue_bytes: 1 << 20,
        queue_spans: None,
        batch_spans: 4,
        batch_bytes: 1 << 20,
        delay: LONG,
    };
    let diagnostics = Arc::new(Diagnostics::new(Some(Box::new(report))));
    let address = "the gate".to_owned();
    let store = spool.map(|spool| {
        let (address, diagnostics) = (address.clone(), Arc::clone(&diagnostics));
        let mut store =
            Store::open(crate::delivery::spool::SPANS, &spool, "gate", address, diagnostics)
                .unwrap();
        store.set_scan_interval(Duration::from_millis(1));
        store
    });
    Queue::new(address, settings, diagnostics, store)
}

pub(super) fn start_worker(queue: &Arc<Queue>, outlet: Outlet) -> JoinHandle<()> {
    let mask = MaskSettings::resolve(None, &Environment::default()).unwrap();
    let limits = Limits { value_bytes: 1 << 20, attributes: 100 };
    let stages = Stages {
        prices: Prices::default(),
        gen_ai: false,
        additions: &[],
        mask: Some(mask),
        limits: Some(limits),
    };
    let worker =
        Worker { queue: Arc::clone(queue), stages, counted: CountedOnce::default(), outlet };
    thread::spawn(move || worker.run())
}

pub(super) fn span(name: &str) -> QueuedSpan {
    let now = opentelemetry::time::now();
    QueuedSpan::from(SpanData {
        span_context: SpanContext::empty_context(),
        parent_span_id: SpanId::INVALID,
        parent_span_is_remote: false,
        span_kind: SpanKind::Internal,
        name: name.to_owned().into(),
        start_time: now,
        end_time: now,
        attributes: Vec::new(),
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: Status::Unset,
        instrumentation_scope: InstrumentationScope::default(),
    })
}

/// Creates a span with a text of 54,000 bytes.
pub(super) fn long_span(name: &str) -> QueuedSpan {
    with_text(name, "the answer to the question ".repeat(2000))
}

/// Creates a span that takes slightly more than this many bytes, as the queue estimates.
pub(super) fn span_of(name: &str, bytes: usize) -> QueuedSpan {
    with_text(name, "x".repeat(bytes / 5 * 4))
}

fn with_text(name: &str, text: String) -> QueuedSpan {
    let mut span = span(name);
    if let QueuedSpan::Sdk(data) = &mut span {
        data.attributes = vec![opentelemetry::KeyValue::new("text", text)];
    }
    span
}

pub(super) fn names(protobuf: &[u8]) -> Vec<String> {
    let request = ExportTraceServiceRequest::decode(protobuf).unwrap();
    let scopes = request.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
    scopes.flat_map(|scope| scope.spans).map(|span| span.name).collect()
}

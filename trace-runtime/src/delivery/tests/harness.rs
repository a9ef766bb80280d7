//! A queue with its threads, and a backend in the hands of the test.

use crate::config::Environment;
use crate::delivery::body::Body;
use crate::delivery::deliver::{Attempt, Transport};
use crate::delivery::diagnostics::{Diagnostic, Diagnostics};
use crate::delivery::queue::{Batch, Queue, QueuedSpan, Stats};
use crate::delivery::retry::Backoff;
use crate::delivery::sender::Sender;
use crate::delivery::settings::{BatchSettings, SpoolSettings};
use crate::delivery::spool::Store;
use crate::delivery::worker::{Encoder, Outlet, Worker};
use crate::enrich::Limits;
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

/// Long enough for whatever is going to happen.
pub(super) const LONG: Duration = Duration::from_secs(60);

/// Says what is sent, and waits for the answer.
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

    fn longest(&self) -> usize {
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
    pub(super) store: Option<Arc<Store>>,
    pub(super) said: Arc<AtomicU64>,
    sent: mpsc::Receiver<Vec<String>>,
    answers: mpsc::Sender<Attempt>,
    sender: JoinHandle<()>,
}

impl Run {
    /// The sender runs; the worker does not before [`start_worker`](Run::start_worker).
    pub(super) fn start(spool: Option<SpoolSettings>) -> Self {
        Run::saying(spool, || {})
    }

    /// The same, with something that is done whenever lost spans are said.
    pub(super) fn saying(
        spool: Option<SpoolSettings>,
        first: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        let said = Arc::<AtomicU64>::default();
        let heard = Arc::clone(&said);
        let queue = Arc::new(new_queue(move |diagnostic| {
            first();
            heard.fetch_add(diagnostic.spans, Ordering::SeqCst);
        }));
        let store = spool.map(|spool| {
            let mut store = Store::open(&spool, "gate", &queue).unwrap();
            store.looks_every = Duration::from_millis(1);
            Arc::new(store)
        });
        let (sent_to, sent) = mpsc::channel();
        let (answers, to_answer) = mpsc::channel();
        let sender = Sender {
            queue: Arc::clone(&queue),
            transport: Box::new(Gate { sent: sent_to, answers: to_answer }),
            backoff: Backoff::default(),
            store: store.clone(),
        };
        let sender = thread::spawn(move || sender.run());
        Run { queue, store, said, sent, answers, sender }
    }

    pub(super) fn start_worker(&self) -> JoinHandle<()> {
        start_worker(
            &self.queue,
            Outlet::Encoder(Encoder { store: self.store.clone(), ..Encoder::default() }),
        )
    }

    /// Ends spans with these names; four are a batch.
    pub(super) fn push(&self, names: &[&str]) {
        for name in names {
            self.queue.push(span(name));
        }
    }

    /// Waits until a batch is being sent; returns the names of its spans.
    pub(super) fn sending(&self) -> Vec<String> {
        self.sent.recv_timeout(LONG).unwrap()
    }

    /// The same, of a batch that is being sent by now.
    pub(super) fn is_sending(&self) -> Option<Vec<String>> {
        self.sent.try_recv().ok()
    }

    /// Waits until every span has found its fate.
    pub(super) fn settled(&self) {
        let flush = self.queue.begin_flush();
        assert_eq!(self.queue.wait_for(&flush, Instant::now() + LONG).pending, 0);
    }

    pub(super) fn answer(&self, attempt: Attempt) {
        self.answers.send(attempt).unwrap();
    }

    /// Does what the worker does in durable mode, on this thread.
    pub(super) fn work_durably(&self) {
        let mut block = self.queue.take().unwrap();
        let (id, spans) = (block.id, block.spans.len() as u64);
        let data = block.spans.take();
        let body = Body::encode(data, &ResourceAttributesWithSchema::default());
        assert!(self.store.as_ref().unwrap().keep(id, &body, true));
        self.queue.hold_encoded(id, &body);
        self.queue.post(Batch { id, spans, body });
    }

    /// Leaves a batch to the spool alone, as the worker does while the sender lags behind.
    pub(super) fn leave_to_disk(&self) {
        let mut block = self.queue.take().unwrap();
        let data = block.spans.take();
        let body = Body::encode(data, &ResourceAttributesWithSchema::default());
        assert!(self.store.as_ref().unwrap().keep(block.id, &body, false));
    }

    /// What the account says, which adds up.
    pub(super) fn stats(&self) -> Stats {
        let stats = self.queue.stats();
        let all = stats.delivered + stats.pending + stats.on_disk + stats.lost;
        assert_eq!(stats.ended, all, "{stats:?}");
        stats
    }

    /// Waits for the sender, which was stopped.
    pub(super) fn join(self) {
        self.sender.join().unwrap();
    }
}

/// Sends these spans as one batch that is not compressed, by a sender alone, until they are
/// delivered. The transport is made for the body, which is returned.
pub(super) fn send_all<T: Transport + 'static>(
    spans: impl IntoIterator<Item = QueuedSpan>,
    transport: impl FnOnce(&Body) -> T,
) -> Body {
    let queue = Arc::new(new_queue(|_| {}));
    for span in spans {
        queue.push(span);
    }
    let mut block = queue.take().unwrap();
    let (id, spans) = (block.id, block.spans.len() as u64);
    let body = Body::encode(block.spans.take(), &ResourceAttributesWithSchema::default());
    let sender = Sender {
        queue: Arc::clone(&queue),
        transport: Box::new(transport(&body)),
        backoff: Backoff::default(),
        store: None,
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

/// A queue whose batches are four spans.
pub(super) fn new_queue(say: impl Fn(&Diagnostic) + Send + Sync + 'static) -> Queue {
    let settings = BatchSettings {
        queue_bytes: 1 << 20,
        queue_spans: None,
        batch_spans: 4,
        batch_bytes: 1 << 20,
        delay: LONG,
    };
    Queue::new("the gate".to_owned(), settings, Arc::new(Diagnostics::new(Some(Box::new(say)))))
}

pub(super) fn start_worker(queue: &Arc<Queue>, outlet: Outlet) -> JoinHandle<()> {
    let mask = MaskSettings::resolve(None, &Environment::default()).unwrap();
    let limits = Limits { value_bytes: 1 << 20, attributes: 100 };
    let stages = Stages { gen_ai: false, mask: Some(mask), limits: Some(limits) };
    let worker = Worker { queue: Arc::clone(queue), stages, outlet };
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

/// A span with a text of 54,000 bytes.
pub(super) fn long_span(name: &str) -> QueuedSpan {
    let mut span = span(name);
    if let QueuedSpan::Sdk(data) = &mut span {
        let text = "the answer to the question ".repeat(2000);
        data.attributes = vec![opentelemetry::KeyValue::new("text", text)];
    }
    span
}

pub(super) fn names(protobuf: &[u8]) -> Vec<String> {
    let request = ExportTraceServiceRequest::decode(protobuf).unwrap();
    let scopes = request.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
    scopes.flat_map(|scope| scope.spans).map(|span| span.name).collect()
}

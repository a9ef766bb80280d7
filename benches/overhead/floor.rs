//! The floor: the least work for a live span in OpenTelemetry's context with the two texts of the
//! call. It has no sampler, no settings, no bounds, no account of losses and one destination, which
//! drops the spans. The distance between it and this project is the price of these.

#![expect(
    clippy::vec_box,
    clippy::unnecessary_box_returns,
    reason = "a record is handed on without a copy"
)]

use crate::call::{answer, drive, yield_now};
use crate::contender::Pipeline;
use opentelemetry::trace::{
    FutureExt, Span, SpanContext, SpanId, Status, TraceContextExt, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{Context, KeyValue};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

/// A finished span.
#[derive(Debug)]
struct Record {
    trace_id: TraceId,
    span_id: SpanId,
    parent_id: SpanId,
    start: SystemTime,
    end: SystemTime,
    input: String,
    output: String,
}

/// The span in the context.
#[derive(Debug)]
struct FloorSpan(SpanContext);

impl Span for FloorSpan {
    fn add_event_with_timestamp<T>(&mut self, _: T, _: SystemTime, _: Vec<KeyValue>)
    where
        T: Into<Cow<'static, str>>,
    {
    }

    fn span_context(&self) -> &SpanContext {
        &self.0
    }

    fn is_recording(&self) -> bool {
        true
    }

    fn set_attribute(&mut self, _: KeyValue) {}

    fn set_status(&mut self, _: Status) {}

    fn update_name<T>(&mut self, _: T)
    where
        T: Into<Cow<'static, str>>,
    {
    }

    fn add_link(&mut self, _: SpanContext, _: Vec<KeyValue>) {}

    fn end_with_timestamp(&mut self, _: SystemTime) {}
}

/// Finished spans, and the memory of earlier ones.
#[derive(Debug, Default)]
struct Queue {
    finished: Vec<Box<Record>>,
    spare: Vec<Box<Record>>,
}

static QUEUE: Mutex<Queue> = Mutex::new(Queue { finished: Vec::new(), spare: Vec::new() });
static ARRIVED: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// The state of the random numbers, and the records that this thread can use.
    static RANDOM: Cell<u64> = const { Cell::new(0x9E37_79B9_7F4A_7C15) };
    static SPARE: RefCell<Vec<Box<Record>>> = const { RefCell::new(Vec::new()) };
}

/// Returns a random number: xorshift64*.
fn random() -> u64 {
    let mut state = RANDOM.get();
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    RANDOM.set(state);
    state.wrapping_mul(0x2545_F491_4F6C_DD1D)
}

/// Returns a record with the ids of a child of `parent`.
fn begin(parent: &SpanContext) -> Box<Record> {
    let trace_id = if parent.is_valid() {
        parent.trace_id()
    } else {
        TraceId::from((u128::from(random()) << 64) | u128::from(random()))
    };
    let span_id = SpanId::from(random());
    let start = opentelemetry::time::now();
    let mut record = SPARE.with_borrow_mut(Vec::pop).unwrap_or_else(|| {
        Box::new(Record {
            trace_id,
            span_id,
            parent_id: SpanId::INVALID,
            start,
            end: start,
            input: String::new(),
            output: String::new(),
        })
    });
    record.trace_id = trace_id;
    record.span_id = span_id;
    record.parent_id = parent.span_id();
    record.start = start;
    record
}

fn started(question: &str) -> (Box<Record>, Context) {
    let (mut record, context) = Context::map_current(|current| {
        let record = begin(current.span().span_context());
        let (trace_id, span_id) = (record.trace_id, record.span_id);
        let flags = TraceFlags::SAMPLED;
        let context = SpanContext::new(trace_id, span_id, flags, false, TraceState::NONE);
        (record, current.with_span(FloorSpan(context)))
    });
    record.input.clear();
    record.input.push_str(question);
    (record, context)
}

fn ended(mut record: Box<Record>, returned: &str) {
    record.output.clear();
    record.output.push_str(returned);
    record.end = opentelemetry::time::now();
    let mut queue = QUEUE.lock().expect("no thread panics while it holds the lock");
    queue.finished.push(record);
    if let Some(spare) = queue.spare.pop() {
        SPARE.with_borrow_mut(|spares| spares.push(spare));
    }
}

/// The sync call.
pub(crate) fn step(question: &'static str, depth: u32) -> &'static str {
    let (record, context) = started(question);
    let attached = context.attach();
    let returned = if depth > 1 { step(question, depth - 1) } else { answer(question) };
    drop(attached);
    ended(record, returned);
    returned
}

/// The async call.
async fn step_async(question: &'static str, depth: u32) -> &'static str {
    let (record, context) = started(question);
    let body = async {
        for _ in 0..3 {
            yield_now().await;
        }
        if depth > 1 { Box::pin(step_async(question, depth - 1)).await } else { answer(question) }
    };
    let returned = body.with_context(context).await;
    ended(record, returned);
    returned
}

/// Polls the async call to completion.
pub(crate) fn call_async(question: &'static str, depth: u32) -> &'static str {
    drive(step_async(question, depth))
}

/// The pipeline, which only counts the spans.
struct Counting;

impl Pipeline for Counting {
    fn flush(&self) {
        let mut queue = QUEUE.lock().expect("no thread panics while it holds the lock");
        ARRIVED.fetch_add(queue.finished.len() as u64, Ordering::Relaxed);
        let Queue { finished, spare } = &mut *queue;
        spare.append(finished);
    }

    fn arrived(&self) -> u64 {
        ARRIVED.load(Ordering::Relaxed)
    }

    fn processor_time(&self) -> Duration {
        Duration::ZERO
    }
}

/// Starts the pipeline.
pub(crate) fn counting() -> Box<dyn Pipeline> {
    Box::new(Counting)
}

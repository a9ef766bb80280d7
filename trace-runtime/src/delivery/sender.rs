//! The thread that sends the batches of one transport: one after the other, each until the
//! destination has accepted or rejected it.

use super::body::Body;
use super::destination::{Attempt, PartialSuccess, SendError, Transport};
use super::queue::{Batch, BatchOutcome, Queue, Search};
use super::reentrancy::ExportScope;
use super::retry::Backoff;
use crate::panic::{catch, short_message};
use opentelemetry::Context;
use std::sync::Arc;
use std::time::Instant;

/// Sends the batches of one queue. It blocks on the network, so it has a thread of its own; the
/// worker encodes and stores further batches meanwhile.
#[derive(Debug)]
pub(super) struct Sender {
    pub(super) queue: Arc<Queue>,
    pub(super) transport: Box<dyn Transport>,
    pub(super) backoff: Backoff,
}

/// The result of sending a batch.
#[derive(Debug)]
enum Sent {
    Resolved(BatchOutcome),
    /// The destination may accept its halves, or receive them in time.
    TooLarge,
    /// The sender gives the batch up: the worker reclaims it at shutdown, or it stays in the spool
    /// while a batch of this run is sent.
    Left,
}

/// A body that is not longer than this is not split after a timeout: a network that needs all of
/// the time for it would not take its halves either.
const MIN_SPLIT_BYTES: usize = 64 << 10;

impl Sender {
    /// Sends until the queue is shut down.
    pub(super) fn run(mut self) {
        // Spans that the HTTP client records would be exported again, without an end.
        let _suppressed = Context::enter_telemetry_suppressed_scope();
        let _scope = ExportScope::enter();
        let mut search = Search::default();
        while let Some(next) = self.queue.next_batch(&mut search) {
            match next {
                Ok(batch) => self.send(&batch),
                // The batch stays in the spool, and is read again later.
                Err(error) => {
                    let pause = self.backoff.pause(None, self.queue.flushes());
                    self.queue.pause_after(&error, pause, false);
                }
            }
        }
    }

    /// Sends a batch until it is resolved, split, or reclaimed by the shutdown.
    fn send(&mut self, batch: &Batch) {
        let Batch { id, spans, body } = batch;
        // A batch from the spool is stored without compression. If gzip fails, it is sent as it
        // is.
        let compressed = if body.is_gzip || !self.transport.wants_gzip() {
            None
        } else {
            body.clone().compressed().ok()
        };
        match self.send_body(*id, compressed.as_ref().unwrap_or(body), *spans) {
            Sent::Resolved(outcome) => self.queue.resolve(*id, &outcome),
            Sent::TooLarge => self.split(batch),
            Sent::Left => {}
        }
    }

    /// Sends a body, and retries until there is an answer. Later batches wait meanwhile, so that spans
    /// keep their order. They would not arrive sooner, since they go to the same backend.
    fn send_body(&mut self, id: u64, body: &Body, spans: u64) -> Sent {
        if body.length > self.transport.max_request_bytes() && spans > 1 {
            return Sent::TooLarge;
        }
        loop {
            let began = Instant::now();
            match self.attempt(body) {
                Attempt::Accepted(partial) => {
                    self.note_answer();
                    self.report_remark(&partial);
                    let address = self.queue.address();
                    return Sent::Resolved(BatchOutcome::from_result(Ok(partial), spans, address));
                }
                Attempt::TooLarge(_) if spans > 1 => {
                    self.note_answer();
                    return Sent::TooLarge;
                }
                Attempt::Rejected(error) | Attempt::TooLarge(error) => {
                    self.note_answer();
                    return Sent::Resolved(BatchOutcome::lost(spans, error));
                }
                Attempt::Retry { error, after } => {
                    let timed_out = began.elapsed() >= self.transport.timeout();
                    let pause = self.backoff.pause(after, self.queue.flushes());
                    if !self.queue.pause_after(&error, pause, after.is_some()) {
                        return Sent::Left;
                    }
                    // On a slow network a long body may never arrive in the time of one attempt.
                    if timed_out && spans > 1 && body.bytes.len() > MIN_SPLIT_BYTES {
                        return Sent::TooLarge;
                    }
                    if self.queue.postpone(id) {
                        return Sent::Left;
                    }
                }
            }
        }
    }

    /// Notes that the destination has answered, so that the first pause after the next failure is
    /// short again.
    fn note_answer(&mut self) {
        self.backoff.reset();
        self.queue.record_answer();
    }

    /// Reports the message of a backend that accepted all spans. OTLP uses it for warnings.
    fn report_remark(&self, partial: &PartialSuccess) {
        if partial.rejected_spans == 0 && !partial.message.is_empty() {
            let address = self.queue.address();
            self.queue.diagnostics().late("remark", address, &|| {
                format!("{address} accepted the spans with a remark: {}", partial.message)
            });
        }
    }

    /// Replaces a batch by its halves. It can fail only if the encoded bytes are not an OTLP request.
    fn split(&self, batch: &Batch) {
        match batch.body.halves() {
            Ok(halves) => self.queue.split(batch.id, halves),
            Err(error) => {
                let what = format!("a batch could not be split ({error})");
                let advice = "report it to the authors of trace-runtime".to_owned();
                let error = SendError { cause: "encoding", what, advice };
                self.queue.resolve(batch.id, &BatchOutcome::lost(batch.spans, error));
            }
        }
    }

    /// Makes one attempt. A client that panics loses the batch, not the thread.
    fn attempt(&mut self, body: &Body) -> Attempt {
        let within = self.transport.timeout();
        catch(|| self.transport.send(body, within)).unwrap_or_else(|payload| {
            Attempt::Rejected(SendError {
                cause: "exporter panicked",
                what: format!("the client panicked ({})", short_message(&*payload)),
                advice: "report it to the authors of trace-runtime".to_owned(),
            })
        })
    }
}

//! The thread that sends the batches of one backend: one after the other, each until the backend
//! has taken or refused it.

use super::body::Body;
use super::deliver::{Attempt, Failure, Transport};
use super::queue::{Fate, Next, Queue};
use super::retry::Backoff;
use super::spool::Store;
use crate::outcome::panic::{contained, message};
use opentelemetry::Context;
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct Sender {
    pub(super) queue: Arc<Queue>,
    pub(super) transport: Box<dyn Transport>,
    pub(super) backoff: Backoff,
    pub(super) store: Option<Arc<Store>>,
}

impl Sender {
    /// Sends until the queue has ended.
    pub(super) fn run(mut self) {
        let _suppressed = Context::enter_telemetry_suppressed_scope();
        loop {
            match self.queue.next() {
                Next::Send(batch) => self.send(batch.id, batch.spans, &batch.body),
                Next::Load(id, spans) => {
                    let loaded = self.store.as_ref().and_then(|store| store.load(id, spans));
                    if let Some(body) = loaded {
                        self.queue.hold_encoded(id, &body);
                        self.send(id, spans, &body);
                        self.queue.release(id);
                    }
                }
                Next::Stop => return,
            }
        }
    }

    fn send(&mut self, id: u64, spans: u64, body: &Body) {
        let compressed = if body.is_gzip || !self.transport.wants_gzip() {
            None
        } else {
            // What cannot be compressed is sent as it is.
            body.clone().compressed().ok()
        };
        if let Some(fate) = self.deliver(compressed.as_ref().unwrap_or(body), spans)
            && self.queue.claim(id, &fate)
        {
            // Before anybody hears of it, and perhaps ends the program.
            if let Some(store) = &self.store {
                store.forget(id);
            }
            self.queue.book(id, &fate);
        }
    }

    /// Sends one body until its fate is known; `None` if the end came first.
    fn deliver(&mut self, body: &Body, spans: u64) -> Option<Fate> {
        if body.bytes.len() > self.transport.longest() && spans > 1 {
            return self.deliver_halves(body, spans);
        }
        loop {
            match self.attempt(body) {
                Attempt::Accepted(refused) => {
                    self.backoff.reset();
                    self.queue.note_success();
                    return Some(Fate::of(Ok(refused), spans, self.queue.address()));
                }
                Attempt::TooLarge(_) if spans > 1 => return self.deliver_halves(body, spans),
                Attempt::Refused(failure) | Attempt::TooLarge(failure) => {
                    // It answers: what comes next need not wait.
                    self.backoff.reset();
                    self.queue.note_success();
                    return Some(Fate::lost(spans, failure));
                }
                Attempt::Again { failure, after } => {
                    let pause = self.backoff.pause(after, self.queue.flushes());
                    if !self.queue.pause_after(&failure, pause, after.is_some()) {
                        return None;
                    }
                }
            }
        }
    }

    fn deliver_halves(&mut self, body: &Body, spans: u64) -> Option<Fate> {
        match body.halves() {
            Ok([(first, n), (second, m)]) => {
                let first = self.deliver(&first, n)?;
                Some(first.and(self.deliver(&second, m)?))
            }
            Err(error) => {
                let what = format!("a batch could not be split ({error})");
                let advice = "report it to the authors of trace-runtime".to_owned();
                Some(Fate::lost(spans, Failure { cause: "encoding", what, advice }))
            }
        }
    }

    /// A client that panics loses the batch, not the thread.
    fn attempt(&mut self, body: &Body) -> Attempt {
        let within = self.transport.timeout();
        contained(|| self.transport.send(body, within)).unwrap_or_else(|payload| {
            Attempt::Refused(Failure {
                cause: "exporter panicked",
                what: format!("the client panicked ({})", message(&*payload)),
                advice: "report it to the authors of trace-runtime".to_owned(),
            })
        })
    }
}

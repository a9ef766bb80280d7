//! The thread that sends the batches of one backend: one after the other, each until the backend
//! has taken or refused it.

use super::body::Body;
use super::deliver::{Attempt, Failure, Refused, Transport};
use super::inside::Inside;
use super::queue::{Batch, Fate, Next, Queue};
use super::retry::Backoff;
use super::spool::Store;
use crate::panic::{catch, message};
use opentelemetry::Context;
use std::sync::Arc;
use std::time::Instant;

#[derive(Debug)]
pub(super) struct Sender {
    pub(super) queue: Arc<Queue>,
    pub(super) transport: Box<dyn Transport>,
    pub(super) backoff: Backoff,
    pub(super) store: Option<Arc<Store>>,
}

/// What sending a batch came to.
#[derive(Debug)]
enum Sent {
    Settled(Fate),
    /// Its halves may be accepted, or sent in time.
    TooLarge,
    /// The end came first.
    Stopped,
}

/// No network takes longer for so many bytes than a try may take.
const SHORT: usize = 64 << 10;

impl Sender {
    /// Sends until the queue has ended.
    pub(super) fn run(mut self) {
        let _suppressed = Context::enter_telemetry_suppressed_scope();
        let _inside = Inside::enter();
        // What is there from before is looked for here, so that nobody waits for it.
        let mut look = self.store.as_ref().map(|_| Instant::now());
        loop {
            match self.queue.next(look) {
                Next::Send(batch) => self.send(&batch),
                Next::Load(id, spans) => self.send_stored(id, spans),
                Next::Look => {
                    look = self.store.as_ref().map(|store| {
                        store.adopt();
                        Instant::now() + store.looks_every
                    });
                }
                Next::Stop => return,
            }
        }
    }

    /// Sends a batch that is only in the spool; if it cannot be read now, it stays there.
    fn send_stored(&mut self, id: u64, spans: u64) {
        let Some(store) = &self.store else { return };
        match store.load(id, spans) {
            Ok(Some(batch)) => self.send(&batch),
            Ok(None) => {}
            Err(failure) => {
                let pause = self.backoff.pause(None, self.queue.flushes());
                self.queue.pause_after(&failure, pause, false);
            }
        }
    }

    fn send(&mut self, batch: &Batch) {
        let Batch { id, spans, body } = batch;
        let compressed = if body.is_gzip || !self.transport.wants_gzip() {
            None
        } else {
            // What cannot be compressed is sent as it is.
            body.clone().compressed().ok()
        };
        match self.deliver(compressed.as_ref().unwrap_or(body), *spans) {
            Sent::Settled(fate) => self.settle(*id, &fate),
            Sent::TooLarge => self.split(batch),
            Sent::Stopped => {}
        }
    }

    /// Sends a body until its fate is known.
    fn deliver(&mut self, body: &Body, spans: u64) -> Sent {
        if body.length > self.transport.longest() && spans > 1 {
            return Sent::TooLarge;
        }
        loop {
            let began = Instant::now();
            match self.attempt(body) {
                Attempt::Accepted(refused) => {
                    self.answered();
                    self.say_remark(&refused);
                    return Sent::Settled(Fate::of(Ok(refused), spans, self.queue.address()));
                }
                Attempt::TooLarge(_) if spans > 1 => {
                    self.answered();
                    return Sent::TooLarge;
                }
                Attempt::Refused(failure) | Attempt::TooLarge(failure) => {
                    self.answered();
                    return Sent::Settled(Fate::lost(spans, failure));
                }
                Attempt::Again { failure, after } => {
                    let took_too_long = began.elapsed() >= self.transport.timeout();
                    let pause = self.backoff.pause(after, self.queue.flushes());
                    if !self.queue.pause_after(&failure, pause, after.is_some()) {
                        return Sent::Stopped;
                    }
                    if took_too_long && spans > 1 && body.bytes.len() > SHORT {
                        return Sent::TooLarge;
                    }
                }
            }
        }
    }

    /// The backend is there: what comes next need not wait.
    fn answered(&mut self) {
        self.backoff.reset();
        self.queue.note_success();
    }

    /// What a backend says though it refuses nothing.
    fn say_remark(&self, refused: &Refused) {
        if refused.spans == 0 && !refused.reason.is_empty() {
            let address = self.queue.address();
            self.queue.diagnostics().late("remark", address, &|| {
                format!("{address} took the spans and says: {}", refused.reason)
            });
        }
    }

    fn settle(&self, id: u64, fate: &Fate) {
        match &self.store {
            Some(store) => store.settle(id, fate),
            None => self.queue.settle(id, fate),
        }
    }

    fn split(&self, batch: &Batch) {
        match (batch.body.halves(), &self.store) {
            (Ok(halves), Some(store)) => store.split(batch.id, halves),
            (Ok(halves), None) => drop(self.queue.split(batch.id, halves)),
            (Err(error), _) => {
                let what = format!("a batch could not be split ({error})");
                let advice = "report it to the authors of trace-runtime".to_owned();
                let failure = Failure { cause: "encoding", what, advice };
                self.settle(batch.id, &Fate::lost(batch.spans, failure));
            }
        }
    }

    /// A client that panics loses the batch, not the thread.
    fn attempt(&mut self, body: &Body) -> Attempt {
        let within = self.transport.timeout();
        catch(|| self.transport.send(body, within)).unwrap_or_else(|payload| {
            Attempt::Refused(Failure {
                cause: "exporter panicked",
                what: format!("the client panicked ({})", message(&*payload)),
                advice: "report it to the authors of trace-runtime".to_owned(),
            })
        })
    }
}

//! The annotations for one backend, from `annotate` until their outcome is known.
//!
//! ```text
//! annotate -> incoming -> (worker: redacts, stores) -> items -> (sender: waits, calls) -> resolved
//! ```
//!
//! It has parts of the delivery of spans: the account, the outage, the pauses and the spool. The
//! order differs: each annotation is sent alone and has its own time of the next attempt, so that
//! one whose span is unknown does not delay the others.
//!
//! Lock order: the spool first, then the state. No lock is held while a request is made or something
//! is reported.

mod flush;
mod items;
mod sender;
mod worker;

pub(super) use flush::Flush;

use super::annotation::Content;
use super::api::Api;
use super::error::AnnotateError;
use super::record::{Key, Record};
use super::target::{Aim, Target};
use crate::delivery::{
    Diagnostics, FeedbackStats, JsonClient, Ledger, Location, Lost, Outage, SendError, SpanGate,
    Store, spawn,
};
use crate::span::watched;
use crate::sync::{FORKED, Process, lock};
use items::{Items, Waits};
use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// The memory that the annotations for one backend may take.
const MAX_BYTES: usize = 16 << 20;

/// The queue of one backend.
#[derive(Debug)]
pub(super) struct Queue {
    pub(super) parts: Parts,
    process: Process,
    state: Mutex<State>,
    /// The worker waits here for annotations.
    worker_wakes: Condvar,
    /// The sender waits here for annotations, and between two attempts.
    sender_wakes: Condvar,
    /// Flushes and the shutdown wait here for outcomes.
    progress: Condvar,
}

/// The parts of a queue that do not change.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) api: &'static Api,
    pub(super) client: JsonClient,
    /// The spans of this process for the same backend; `None` in a process that sends none.
    pub(super) gate: Option<SpanGate>,
    pub(super) store: Option<Store>,
    pub(super) diagnostics: Arc<Diagnostics>,
    pub(super) scrubs_secrets: bool,
    /// The time for which an annotation of an unknown target is tried again.
    pub(super) wait: Duration,
}

#[derive(Debug, Default)]
struct State {
    ledger: Ledger,
    outage: Outage,
    /// The last failure that concerns one annotation.
    last_error: Option<SendError>,
    incoming: VecDeque<Draft>,
    items: Items,
    /// The annotations of this run without an outcome.
    open: BTreeSet<u64>,
    /// The memory of `incoming`.
    incoming_bytes: usize,
    /// The number of flushes, by which an attempt that is due later notices a new one.
    flushes: u64,
    /// The time until which nothing is sent, and true if the backend asked for it.
    away: Option<(Instant, bool)>,
    away_backoff: crate::delivery::Backoff,
    sending: Option<u64>,
    phase: Phase,
    has_started: bool,
    worker_has_ended: bool,
    sender_has_ended: bool,
}

/// An annotation that the worker has not seen.
#[derive(Debug)]
struct Draft {
    id: u64,
    record: Record,
    key: Key,
    waits: Waits,
    bytes: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    #[default]
    Running,
    /// Nothing is sent any more; the worker stores what is left.
    Stopped,
    /// The account is closed: answers that the sender still gets are ignored.
    Over,
}

impl Queue {
    pub(super) fn new(parts: Parts) -> Arc<Self> {
        Arc::new(Queue {
            parts,
            process: Process::current(),
            state: Mutex::default(),
            worker_wakes: Condvar::new(),
            sender_wakes: Condvar::new(),
            progress: Condvar::new(),
        })
    }

    /// Takes an annotation. Never waits for a disk or a backend: one that does not fit into the
    /// bound is counted as lost, and reported.
    pub(super) fn give(
        self: &Arc<Self>,
        target: &Target,
        content: &Content,
    ) -> Result<(), AnnotateError> {
        if self.process.is_forked() {
            return Err(AnnotateError::Ended(FORKED));
        }
        self.start()?;
        let record = Record { aim: target.0.clone(), content: content.clone() };
        let (key, bytes, waits) = (record.key(), size(&record), self.waits(target));
        let mut state = self.lock();
        if state.phase != Phase::Running {
            return Err(AnnotateError::Ended("the registration was shut down"));
        }
        let id = state.ledger.record_ended(1);
        if state.bytes() + bytes > MAX_BYTES {
            state.ledger.record_lost(QUEUE_FULL, 1, Location::Memory);
            drop(state);
            self.report_full();
            return Ok(());
        }
        state.open.insert(id);
        state.incoming_bytes += bytes;
        state.incoming.push_back(Draft { id, record, key, waits, bytes });
        drop(state);
        self.worker_wakes.notify_one();
        Ok(())
    }

    /// Returns the spans that an annotation given now must wait for.
    fn waits(&self, target: &Target) -> Waits {
        let span = target.span().map(|span| span.span_id());
        // In this order: a span that ends between the two is among those that have ended.
        let live =
            span.filter(|_| self.parts.gate.is_some()).filter(|span| watched::is_live(*span));
        let ended = self.parts.gate.as_ref().map(SpanGate::ended);
        Waits { live, ended, is_earlier: false, since: Instant::now() }
    }

    /// Starts the two threads, once.
    pub(super) fn start(self: &Arc<Self>) -> Result<(), AnnotateError> {
        let mut state = self.lock();
        if std::mem::replace(&mut state.has_started, true) {
            return Ok(());
        }
        drop(state);
        let (worker, sender) = (Arc::clone(self), Arc::clone(self));
        let failed = |error: crate::config::RegisterError| AnnotateError::Thread(error.to_string());
        spawn("trace-runtime-note", move || worker.work()).map_err(failed)?;
        spawn("trace-runtime-rate", move || sender.send_all()).map_err(failed)
    }

    /// The destination of its reports. It differs from that of spans, so the topics do too.
    fn topic(&self) -> String {
        format!("feedback for {}", self.parts.client.address())
    }

    pub(super) fn stats(&self) -> FeedbackStats {
        let state = self.lock();
        FeedbackStats::from(state.ledger.stats("", 0))
    }

    pub(super) fn takes(&self, aim: &Aim) -> bool {
        self.parts.api.takes(aim)
    }

    pub(super) fn is_forked(&self) -> bool {
        self.process.is_forked()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    fn report_full(&self) {
        self.parts.diagnostics.record(QUEUE_FULL, &self.topic(), Lost::Annotations(1), &|number| {
            format!(
                "{number} for {} were lost, since {MAX_BYTES} bytes of annotations wait: check the \
                 backend",
                self.parts.client.address()
            )
        });
    }

    fn report_lost(&self, error: &SendError, number: u64) {
        let lost = Lost::Annotations(number);
        self.parts.diagnostics.record(error.cause, &self.topic(), lost, &|number| {
            format!("{}, {number} not delivered: {}", error.what, error.advice)
        });
    }
}

const QUEUE_FULL: &str = "queue full";

impl State {
    fn bytes(&self) -> usize {
        self.incoming_bytes + self.items.bytes()
    }

    /// Removes an annotation that has an outcome. Returns true for the first outcome, unless the
    /// account is closed.
    fn resolve(&mut self, id: u64, lost: Option<&'static str>) -> bool {
        if self.phase == Phase::Over {
            return false;
        }
        let Some(item) = self.items.remove(id) else { return false };
        self.open.remove(&id);
        let from = if item.is_on_disk() { Location::Disk } else { Location::Memory };
        match (Items::is_earlier(id), lost) {
            (true, None) => self.ledger.record_recovered(1),
            (true, Some(_)) => self.ledger.record_recovered_lost(1),
            (false, None) => self.ledger.record_delivered(1, from),
            (false, Some(cause)) => self.ledger.record_lost(cause, 1, from),
        }
        true
    }
}

/// Estimates the memory of an annotation.
fn size(record: &Record) -> usize {
    let Content { name, label, explanation, metadata, identifier, .. } = &record.content;
    let texts = [Some(name), label.as_ref(), explanation.as_ref(), Some(identifier)];
    let texts: usize = texts.into_iter().flatten().map(String::len).sum();
    let metadata = serde_json::to_vec(metadata).map_or(0, |json| json.len());
    512 + texts + metadata
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feedback::Annotation;

    #[test]
    fn size_of_an_annotation_covers_each_text_that_it_carries() {
        let size_of = |annotation: Annotation| {
            size(&Record { aim: Target::session("s").0, content: annotation.content })
        };
        let (plain, long) = (size_of(Annotation::new("n")), "x".repeat(1000));
        for annotation in [
            Annotation::new(&long),
            Annotation::new("n").label(&long),
            Annotation::new("n").explanation(&long),
            Annotation::new("n").identifier(&long),
            Annotation::new("n").metadata("key", long.as_str()),
        ] {
            assert!(size_of(annotation.clone()) >= plain + 990, "{annotation:?}");
        }
    }
}

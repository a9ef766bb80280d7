//! The sender's side of the queue: batches out, their outcomes in, and the pauses between attempts.

use super::in_flight::{InFlight, Stored};
use super::recovery::Search;
use super::{Batch, BatchOutcome, Phase, Queue, State};
use crate::delivery::body::Body;
use crate::delivery::destination::SendError;
use crate::delivery::diagnostics::counted;
use crate::delivery::spool::Store;
use crate::sync::wait_timeout;
use std::time::{Duration, Instant};

/// A batch that only the spool has.
#[derive(Clone, Copy, Debug)]
struct StoredBatch {
    id: u64,
    spans: u64,
}

impl Queue {
    /// Waits for a batch to send, and reads it from the spool if need be. Batches of this run come
    /// first. If there is none, it takes one step in the search for batches of earlier runs, and
    /// looks again. Returns `None` after shutdown, and an error if the next batch cannot be read
    /// from the spool now, but may be later.
    ///
    /// The search is the caller's, since only one thread searches.
    pub(crate) fn next_batch(&self, search: &mut Search) -> Option<Result<Batch, SendError>> {
        loop {
            let mut state = self.lock();
            if state.is_stopped() {
                // The worker reclaims the batch that was being sent, so it stays in the outbox.
                state.sender_has_ended = true;
                drop(state);
                self.worker_wakes.notify_all();
                return None;
            }
            state.outbox.finish_sending();
            let stored = state.in_flight.first_own_on_disk();
            let stored = stored.filter(|_| state.outbox.is_turn_of_spool());
            if stored.is_some() {
                state.outbox.take_turn_of_spool();
            } else if let Some(batch) = state.outbox.next() {
                return Some(Ok(batch));
            }
            let earlier = || state.in_flight.first_earlier_on_disk();
            if let Some((id, spans)) = stored.or_else(|| earlier().filter(|_| state.has_time())) {
                drop(state);
                match self.load(StoredBatch { id, spans }).transpose() {
                    Some(loaded) => return Some(loaded),
                    None => continue,
                }
            }
            self.search_or_wait(search, state);
        }
    }

    /// Reads a batch from the spool. Returns `None` if it is not to be sent, and an error if it
    /// cannot be read now: too many files are open, or the disk is away.
    fn load(&self, StoredBatch { id, spans }: StoredBatch) -> Result<Option<Batch>, SendError> {
        let Some(store) = &self.store else { return Ok(None) };
        let spool = store.lock();
        // The spool dropped it for a newer one, and counted it then.
        let Some(loaded) = spool.load(id) else { return Ok(None) };
        let error = match loaded {
            Ok(bytes) => {
                let batch = Batch { id, spans, body: Body::plain(bytes) };
                return Ok(self.start_loaded(&batch).then_some(batch));
            }
            Err(error) => error,
        };
        drop(spool);
        if !Store::is_final(error.kind()) {
            return Err(store.unreadable_batch(&error));
        }
        self.resolve(id, &BatchOutcome::lost(spans, store.damaged_batch(&error)));
        Ok(None)
    }

    /// Records that a batch was read from the spool and is being sent. Returns false if it is to
    /// stay there, since the shutdown has reclaimed it.
    fn start_loaded(&self, batch: &Batch) -> bool {
        self.update(|state| {
            let is_sent = state.phase != Phase::Over
                && state.in_flight.mark_loaded(batch.id, batch.body.bytes.len());
            if is_sent {
                state.outbox.start_sending(batch.clone());
            }
            is_sent
        })
    }

    /// Counts and reports the outcome of a batch, and deletes it from the spool. Only the first
    /// outcome of a batch has an effect, and none after the shutdown has reclaimed it.
    pub(crate) fn resolve(&self, id: u64, outcome: &BatchOutcome) {
        // The spool stays locked until both the account and the disk have changed, so that it
        // cannot be closed between the two.
        let mut spool = self.store.as_ref().map(Store::lock);
        let is_first = self.update(|State { phase, in_flight, ledger, .. }| {
            *phase != Phase::Over && in_flight.resolve(id, outcome, ledger)
        });
        if !is_first {
            return;
        }
        if let Some(spool) = &mut spool {
            spool.forget(id);
        }
        drop(spool);
        self.report_outcome(id, outcome);
    }

    /// Reports an outcome that was counted. A flush that waits for the batch goes on after it.
    pub(super) fn report_outcome(&self, id: u64, outcome: &BatchOutcome) {
        if let Some(error) = &outcome.error {
            self.report_loss(error, outcome.lost);
        }
        self.update(|state| {
            state.in_flight.reported(id);
            if let Some(error) = &outcome.error {
                state.outage.record_rejection(error);
            }
        });
        self.progress.notify_all();
        // The sender sends nothing of earlier runs until a flush of this one is complete.
        self.sender_wakes.notify_one();
    }

    /// Replaces a batch that is too large by its halves, which are sent next and resolved one by
    /// one. In the spool they get records of their own, so that a kill between their answers does
    /// not send both again. After shutdown the batch stays whole.
    pub(crate) fn split(&self, id: u64, [first, second]: [(Body, u64); 2]) {
        let mut spool = self.store.as_ref().map(Store::lock);
        let is_stored = spool.as_ref().is_some_and(|spool| spool.contains(id));
        let protobuf = |(body, _): &(Body, u64)| body.protobuf().ok().filter(|_| is_stored);
        let protobufs = [protobuf(&first), protobuf(&second)];
        let ids = self.update(|state| {
            if state.phase == Phase::Over {
                return None;
            }
            let sizes = [&first, &second].map(|(body, spans)| (body.bytes.len(), *spans));
            let ids = state.in_flight.split(id, sizes)?;
            let [a, b] = ids;
            let batch = |id, (body, spans)| Batch { id, spans, body };
            state.outbox.push_halves([batch(a, first), batch(b, second)]);
            Some(ids)
        });
        if let (Some(spool), Some(ids)) = (&mut spool, ids) {
            let is_separate = spool.split(id, ids, &protobufs);
            self.update(|state| state.in_flight.mark_split(ids, is_separate));
        }
    }

    /// Records that the destination answered: it is not down.
    pub(crate) fn record_answer(&self) {
        self.lock().outage.end();
    }

    /// Records that an attempt failed, and waits before the next one. `asked` is true if the
    /// destination asked for the pause: then a flush does not cut it short. Returns false after
    /// shutdown.
    pub(crate) fn pause_after(&self, error: &SendError, pause: Duration, asked: bool) -> bool {
        let until = Instant::now() + pause;
        let (is_down, late, flushes) = self.update(|state| {
            let is_down = state.outage.record_failure(error, asked.then_some(until));
            let late = state.ledger.pending() + state.ledger.on_disk();
            (is_down && state.phase < Phase::Closing, late, state.flushes)
        });
        // A flush may give up now.
        self.progress.notify_all();
        if is_down {
            self.report_down(error, late);
        }
        let mut state = self.lock();
        loop {
            let rest = until.saturating_duration_since(Instant::now());
            let is_hurried = !asked && state.flushes != flushes;
            if state.is_stopped() || rest.is_zero() || is_hurried {
                return !state.is_stopped();
            }
            state = wait_timeout(&self.sender_wakes, state, rest).0;
        }
    }

    fn report_down(&self, error: &SendError, late: u64) {
        let spans = counted(late);
        let wait = if late == 1 { "waits" } else { "wait" };
        self.diagnostics.late(error.cause, &self.address, &|| {
            format!("{}, {spans} {wait} for it: {}", error.what, error.advice)
        });
    }

    /// Returns the number of flushes that have begun.
    pub(crate) fn flushes(&self) -> u64 {
        self.lock().flushes
    }

    /// Leaves a batch of an earlier run to the spool if this run has one to send, so that a batch
    /// which is retried again and again does not delay it. Returns false if the batch is to be sent.
    pub(crate) fn postpone(&self, id: u64) -> bool {
        self.update(|state| {
            let is_postponed = InFlight::is_earlier(id)
                && !state.outbox.is_empty()
                && state.in_flight.stored(id) == Some(Stored::Alone);
            if is_postponed {
                state.in_flight.leave_to_disk(id);
                state.outbox.finish_sending();
            }
            is_postponed
        })
    }

    #[cfg(test)]
    pub(crate) fn has_earlier(&self) -> bool {
        self.lock().in_flight.has_earlier()
    }
}

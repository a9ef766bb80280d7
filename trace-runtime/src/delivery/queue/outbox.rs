//! Encoded batches in memory, and the choice of the next one to send.

use crate::delivery::body::Body;
use std::collections::VecDeque;

/// An encoded batch.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    /// Its key among the batches in flight.
    pub(crate) id: u64,
    pub(crate) spans: u64,
    pub(crate) body: Body,
}

/// Batches that wait for the sender, and the one that it sends.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    batches: VecDeque<Batch>,
    /// A copy, which shares its bytes with the sender's. At shutdown the worker stores it.
    sending: Option<Batch>,
    /// True if the last batch was read from the spool.
    last_was_stored: bool,
}

impl Outbox {
    pub(super) fn push(&mut self, batch: Batch) {
        self.batches.push_back(batch);
    }

    /// Puts the halves of the batch that was being sent at the front, so that they are sent next.
    pub(super) fn push_halves(&mut self, [first, second]: [Batch; 2]) {
        self.sending = None;
        self.batches.push_front(second);
        self.batches.push_front(first);
    }

    /// Returns true if a stored batch is to be sent next, if there is one. Memory and spool take
    /// turns, so that neither waits until the other is empty.
    pub(super) fn is_turn_of_spool(&self) -> bool {
        !self.last_was_stored || self.batches.is_empty()
    }

    /// Records that a stored batch is to be read next.
    pub(super) fn take_turn_of_spool(&mut self) {
        self.last_was_stored = true;
    }

    /// Takes the next batch to send.
    pub(super) fn next(&mut self) -> Option<Batch> {
        let batch = self.batches.pop_front()?;
        self.last_was_stored = false;
        self.sending = Some(batch.clone());
        Some(batch)
    }

    /// Records that a batch from the spool is being sent.
    pub(super) fn start_sending(&mut self, batch: Batch) {
        self.sending = Some(batch);
    }

    pub(super) fn finish_sending(&mut self) {
        self.sending = None;
    }

    /// Returns true if no batch waits.
    pub(super) fn is_empty(&self) -> bool {
        self.batches.is_empty()
    }

    /// The bytes of the batches that wait, without the one that is being sent.
    pub(super) fn bytes(&self) -> usize {
        self.batches.iter().map(|batch| batch.body.bytes.len()).sum()
    }

    /// Returns all batches, the one that is being sent first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Batch> {
        self.sending.iter().chain(&self.batches)
    }

    /// Takes all batches out, the one that is being sent first.
    pub(super) fn take_all(&mut self) -> Vec<Batch> {
        self.sending.take().into_iter().chain(self.batches.drain(..)).collect()
    }
}

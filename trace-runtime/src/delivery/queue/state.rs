//! What the lock of a queue guards.

use super::stats::Stats;
use super::take::Block;
use super::{Batch, Fate, Spans};
use crate::delivery::deliver::Failure;
use crate::delivery::settings::BatchSettings;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Instant;

#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) ended: u64,
    pub(super) delivered: u64,
    pub(super) on_disk: u64,
    pub(super) lost: BTreeMap<&'static str, u64>,
    pub(super) recovered: u64,
    pub(super) recovered_lost: u64,
    /// Lost to the bounds, and not said yet.
    pub(super) unsaid: u64,

    /// The bytes in memory of everything below.
    pub(super) held: usize,
    /// Spans as they ended; all blocks but the last are full.
    pub(super) waiting: VecDeque<Block>,
    /// For the next block.
    pub(super) spare: Option<Spans>,
    /// Batches that wait for the sender.
    pub(super) outbox: VecDeque<Batch>,
    /// The batch that the sender has in hand.
    pub(super) sending: Option<Batch>,
    /// Every batch, from when the worker takes its spans until its fate.
    pub(super) open: BTreeMap<u64, Open>,
    /// Those that are in no memory, only in the spool.
    pub(super) only_on_disk: BTreeSet<u64>,
    /// Batches whose fate is counted and not said yet, with the numbers of their first spans.
    pub(super) concluding: BTreeMap<u64, u64>,
    /// The batch sent last was read from the spool.
    pub(super) was_on_disk: bool,
    pub(super) next_id: u64,

    /// Spans up to this one are not to wait for their batch to fill.
    pub(super) flush_to: u64,
    pub(super) worker: Worker,
    /// Somebody has a span for a worker that sleeps.
    pub(super) is_woken: bool,
    /// Counts the flushes, so that a sender that waits notices one.
    pub(super) flushes: u64,
    pub(super) failing: Failing,
    pub(super) phase: Phase,
    /// The worker has ended.
    pub(super) is_finished: bool,
}

/// How far the end has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    #[default]
    Running,
    /// The last flush has begun.
    Closing,
    /// Nothing is sent any more.
    Stopped,
    /// Every open batch is the worker's: what the sender still hears of one counts no more.
    Over,
}

/// What the worker waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Worker {
    /// Nothing, it works.
    #[default]
    Busy,
    /// A full block.
    Full,
    /// Any span.
    Any,
}

/// The number of spans that no flush waits for.
pub(super) const NOT_OURS: u64 = u64::MAX;

/// A batch whose fate is open.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    /// The number of its first span, in the order they ended; [`NOT_OURS`] from an earlier run.
    pub(super) first: u64,
    pub(super) spans: u64,
    pub(super) bytes: usize,
    pub(super) is_on_disk: bool,
    /// From the spool of an earlier run.
    pub(super) is_earlier: bool,
    /// A part of a batch that was split, whose record it shares.
    pub(super) is_part: bool,
}

/// Since when, and why, the destination takes nothing.
#[derive(Debug, Default)]
pub(super) struct Failing {
    /// Failed tries since the last success.
    pub(super) tries: u32,
    /// Failed tries ever.
    pub(super) total: u64,
    pub(super) last: Option<Failure>,
    /// No try before this time.
    pub(super) until: Option<Instant>,
    /// What was last refused for good, for whoever asks why.
    pub(super) refusal: Option<Failure>,
}

impl State {
    pub(super) fn is_stopped(&self) -> bool {
        self.phase >= Phase::Stopped
    }

    pub(super) fn is_over(&self) -> bool {
        self.phase == Phase::Over
    }

    /// Takes the spans that have just been counted as ended.
    pub(super) fn append(&mut self, spans: &mut Spans, bytes: usize, settings: &BatchSettings) {
        self.held += bytes;
        let count = spans.len();
        let has_room = self.waiting.back_mut().is_some_and(|block| block.has_room(count, settings));
        if !has_room {
            let first = self.ended + 1 - count as u64;
            self.waiting.push_back(Block::new(first, self.spare.take().unwrap_or_default()));
        }
        if let Some(block) = self.waiting.back_mut() {
            block.add(spans, bytes, settings);
        }
    }

    /// Takes a block into the account of batches.
    pub(super) fn open(&mut self, mut block: Block) -> Block {
        block.id = self.new_id();
        let open = Open {
            first: block.first,
            spans: block.spans.len() as u64,
            bytes: block.bytes,
            is_on_disk: false,
            is_earlier: false,
            is_part: false,
        };
        self.open.insert(block.id, open);
        block
    }

    /// Whether the worker waits for what is there now.
    pub(super) fn wakes_worker(&mut self) -> bool {
        let wakes = match self.worker {
            Worker::Busy => false,
            Worker::Any => true,
            Worker::Full => self.waiting.front().is_some_and(|block| block.is_complete),
        };
        if wakes {
            self.worker = Worker::Busy;
        }
        wakes
    }

    pub(super) fn lose(&mut self, cause: &'static str, spans: u64) {
        if spans > 0 {
            *self.lost.entry(cause).or_default() += spans;
        }
    }

    pub(super) fn lost(&self) -> u64 {
        self.lost.values().sum()
    }

    pub(super) fn pending(&self) -> u64 {
        self.ended - self.delivered - self.on_disk - self.lost()
    }

    /// Whether the fate of every span up to this one is known and said. Looks at the youngest batches
    /// first: of many, those that are asked for are settled last, so that few have to be looked at.
    pub(super) fn is_settled(&self, up_to: u64) -> bool {
        let waiting = self.waiting.front().map(|block| block.first);
        let concluding = self.concluding.values().copied();
        let open = self.open.values().rev().map(|open| open.first);
        waiting.into_iter().chain(concluding).chain(open).all(|first| first > up_to)
    }

    pub(super) fn new_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// A batch leaves the memory.
    pub(super) fn release(&mut self, id: u64) {
        if let Some(open) = self.open.get_mut(&id) {
            self.held -= std::mem::take(&mut open.bytes);
        }
    }

    /// A batch is in the spool alone.
    pub(super) fn leave_to_disk(&mut self, id: u64) {
        self.release(id);
        self.only_on_disk.insert(id);
    }

    /// Counts what became of a batch; `false` if its fate was known. Every batch ends here, but
    /// those that the spool drops and those that are given up.
    pub(super) fn count(&mut self, id: u64, fate: &Fate) -> bool {
        self.release(id);
        let Some(open) = self.open.remove(&id) else { return false };
        self.only_on_disk.remove(&id);
        self.concluding.insert(id, open.first);
        let lost = fate.lost.min(open.spans);
        let delivered = open.spans - lost;
        if open.is_earlier {
            self.recovered += delivered;
            self.recovered_lost += lost;
            return true;
        }
        if open.is_on_disk {
            self.on_disk -= open.spans;
        }
        self.delivered += delivered;
        self.lose(fate.failure.as_ref().map_or("unknown", |failure| failure.cause), lost);
        true
    }

    pub(super) fn stats(&self, address: &str) -> Stats {
        Stats {
            destination: address.to_owned(),
            ended: self.ended,
            delivered: self.delivered,
            pending: self.pending(),
            on_disk: self.on_disk,
            lost: self.lost(),
            lost_by_cause: self.lost.clone(),
            recovered: self.recovered,
            recovered_lost: self.recovered_lost,
            bytes: self.held,
        }
    }
}

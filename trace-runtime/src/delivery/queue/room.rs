//! How much more fits into a queue. Threads that end spans see it without the lock, and make their
//! spans smaller where there is little.

use super::spans::QueuedSpan;
use super::state::{State, Worker};
use super::{Block, Queue};
use crate::delivery::settings::BatchSettings;
use crate::memory::Compression;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// The room in a queue.
#[derive(Debug)]
pub(super) struct Room {
    /// Bytes for spans that have ended.
    free: AtomicUsize,
    /// Bytes that spans may take together.
    pub(super) bytes: usize,
    /// Bytes of encoded batches beyond which compressed spans stay as they are.
    encoded: usize,
}

/// What would not fit if it were so many times smaller is not compressed.
const AT_BEST: usize = 4;

impl Room {
    /// Room in which spans wait in buffers of so many bytes besides.
    pub(super) fn new(settings: &BatchSettings, buffers: usize) -> Self {
        // What is being encoded is there twice.
        let reserve = if buffers == 0 { 0 } else { buffers + settings.queue_bytes / 8 };
        let bytes = settings.queue_bytes - reserve;
        Room { free: AtomicUsize::new(bytes), bytes, encoded: settings.queue_bytes / 16 }
    }

    pub(super) fn note(&self, state: &State) {
        self.free.store(self.bytes.saturating_sub(state.held), Ordering::Relaxed);
    }

    /// What came last did not fit.
    pub(super) fn note_full(&self) {
        self.free.store(0, Ordering::Relaxed);
    }
}

impl Queue {
    /// How the texts of a span are to be compressed, if much waits and it may fit then.
    #[inline]
    pub(crate) fn compression_of(&self, span: &QueuedSpan) -> Option<Compression> {
        let Room { free, bytes, .. } = &self.room;
        let free = free.load(Ordering::Relaxed);
        if free >= bytes / 4 * 3 || span.size().waiting / AT_BEST > free {
            return None;
        }
        Some(if free >= bytes / 2 { Compression::Fast } else { Compression::Thorough })
    }

    /// The sender has one batch less.
    pub(super) fn note_sent(&self, state: &mut State) {
        self.room.note(state);
        if state.worker == Worker::Sender {
            state.worker = Worker::Busy;
            self.spans.notify_one();
        }
    }

    /// Keeps the worker from encoding compressed spans long before they are sent, which would take
    /// the memory that was won. `false` if nothing is sent any more.
    pub(crate) fn wait_for_sender(&self, block: &Block) -> bool {
        let is_compressed = block.size.waiting != block.size.whole;
        loop {
            self.say_unsaid();
            let mut state = self.lock();
            let unsent = state.unsent();
            let has_room = unsent == 0 || unsent + block.size.whole <= self.room.encoded;
            if state.is_stopped() || has_room || !is_compressed {
                state.worker = Worker::Busy;
                return !state.is_stopped();
            }
            state.worker = Worker::Sender;
            let woken = self.spans.wait_timeout(state, SAYS_EVERY);
            drop(woken.unwrap_or_else(PoisonError::into_inner));
        }
    }
}

#[cfg(test)]
impl Queue {
    pub(crate) fn worker_waits_for_sender(&self) -> bool {
        self.lock().worker == Worker::Sender
    }
}

/// How long nothing is said of spans that are lost meanwhile.
const SAYS_EVERY: Duration = Duration::from_secs(1);

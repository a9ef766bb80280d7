//! Where spans wait until there are enough to hand over. Threads that end spans at the same time do
//! so in different places, and meet at the queue's lock seldom. The worker finds every place, so
//! nothing is left behind by a thread that is idle or ends.

use super::spans::{QueuedSpan, Spans};
use super::{QUEUE_FULL, Queue};
use crate::delivery::settings::BatchSettings;
use crate::span::SpanRecord;
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

const COUNT: usize = 8;
/// As many spans, and as many bytes, wait in a buffer.
const SPANS: usize = 32;
const BYTES: usize = 64 << 10;

/// The buffers of a queue.
#[derive(Debug)]
pub(super) struct Buffers {
    all: [Buffer; COUNT],
    /// How many spans one holds; a single one where bounds are narrow.
    spans: usize,
    /// The worker sleeps until it is woken.
    pub(super) worker_sleeps: AtomicBool,
}

/// On cache lines of its own.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Buffer(Mutex<Buffered>);

#[derive(Debug, Default)]
struct Buffered {
    spans: Spans,
    bytes: usize,
    /// Nobody will look into it any more.
    is_closed: bool,
}

impl Buffers {
    pub(super) fn new(settings: &BatchSettings) -> Self {
        let is_narrow = settings.queue_spans.is_some()
            || settings.batch_spans < 2 * SPANS
            || settings.queue_bytes < 16 * COUNT * BYTES;
        let spans = if is_narrow { 1 } else { SPANS };
        Buffers { all: Default::default(), spans, worker_sleeps: AtomicBool::new(false) }
    }

    /// The part of the configured bound that is left for spans and batches outside the buffers. A
    /// quarter is kept free for the batch that is being encoded, which is there twice for a moment,
    /// and for the holes that an allocator leaves between texts of many lengths.
    pub(super) fn bound(&self, settings: &BatchSettings) -> usize {
        let reserve = if self.spans == 1 { 0 } else { COUNT * BYTES + settings.queue_bytes / 4 };
        settings.queue_bytes - reserve
    }

    #[inline]
    fn of_this_thread(&self) -> MutexGuard<'_, Buffered> {
        static THREADS: AtomicUsize = AtomicUsize::new(0);
        thread_local! {
            static PLACE: Cell<Option<usize>> = const { Cell::new(None) };
        }
        let place = PLACE.get().unwrap_or_else(|| {
            let place = THREADS.fetch_add(1, Ordering::Relaxed) % COUNT;
            PLACE.set(Some(place));
            place
        });
        self.all[place % COUNT].lock()
    }
}

impl Buffer {
    #[inline]
    fn lock(&self) -> MutexGuard<'_, Buffered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    /// Takes a span that has ended, and gives memory for another one. Never waits: beyond the bounds
    /// the span is counted as lost.
    #[inline]
    pub(crate) fn push(&self, span: QueuedSpan) -> Option<Box<SpanRecord>> {
        let size = span.size();
        let mut buffer = self.buffers.of_this_thread();
        let is_first = buffer.spans.len() == 0;
        let spare = buffer.spans.push(span);
        buffer.bytes += size;
        let is_full = buffer.spans.len() >= self.buffers.spans || buffer.bytes >= BYTES;
        if is_full || buffer.is_closed {
            self.hand_over(&mut buffer);
        } else if is_first && self.buffers.worker_sleeps.load(Ordering::Relaxed) {
            drop(buffer);
            self.wake_worker();
        }
        spare
    }

    /// Takes what waits in the buffers: every span that has ended before is then in the account.
    pub(super) fn collect(&self) {
        self.buffers.all.iter().for_each(|buffer| self.hand_over(&mut buffer.lock()));
    }

    /// The same, and from here on no span waits in a buffer.
    pub(super) fn close_buffers(&self) {
        for buffer in &self.buffers.all {
            let mut buffer = buffer.lock();
            buffer.is_closed = true;
            self.hand_over(&mut buffer);
        }
    }

    /// A span is in the buffer or in the account at any time, since both are locked.
    fn hand_over(&self, buffer: &mut Buffered) {
        let spans = buffer.spans.len();
        if spans == 0 {
            return;
        }
        let bytes = std::mem::take(&mut buffer.bytes);
        let mut state = self.lock();
        state.ended += spans as u64;
        let is_full = state.held + bytes > self.bound
            || self.settings.queue_spans.is_some_and(|bound| state.pending() > bound as u64);
        if state.is_stopped() {
            state.lose("ended after shutdown", spans as u64);
            buffer.spans.clear();
        } else if is_full {
            state.lose(QUEUE_FULL, spans as u64);
            state.unsaid += spans as u64;
            buffer.spans.clear();
        } else {
            state.append(&mut buffer.spans, bytes, &self.settings);
            if state.wakes_worker() {
                drop(state);
                self.spans.notify_one();
            }
        }
    }

    #[cfg(test)]
    pub(crate) fn worker_sleeps(&self) -> bool {
        self.buffers.worker_sleeps.load(Ordering::SeqCst)
    }

    fn wake_worker(&self) {
        self.lock().is_woken = true;
        self.spans.notify_one();
    }
}

//! Buffers between the threads that end spans and the lock of the queue.
//!
//! Threads that end spans at the same time use different buffers, and take the queue's lock once
//! for [`SPANS_PER_BUFFER`] spans. The buffers belong to the queue, not to the threads, so no span
//! is left in one when its thread is idle or ends.
//!
//! Lock order: a buffer first, then the state of the queue.

use super::spans::{QueuedSpan, Spans};
use crate::delivery::settings::BatchSettings;
use crate::span::SpanRecord;
use crate::sync::{Process, lock};
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};

const BUFFERS: usize = 8;
/// A buffer that has this many spans or bytes is full.
const SPANS_PER_BUFFER: usize = 32;
const BYTES_PER_BUFFER: usize = 64 << 10;

/// The buffers of a queue.
#[derive(Debug)]
pub(super) struct Buffers {
    all: [Buffer; BUFFERS],
    /// The number of spans that fill a buffer. It is 1 where bounds are narrow, so that spans in
    /// buffers do not exceed them.
    spans_per_buffer: usize,
    /// True while the worker sleeps until a producer wakes it.
    worker_sleeps: AtomicBool,
}

/// A buffer on its own cache lines: no other thread writes next to it.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Buffer(Mutex<Buffered>);

/// The content of a buffer.
#[derive(Debug, Default)]
pub(super) struct Buffered {
    spans: Spans,
    bytes: usize,
    /// True after shutdown: nothing collects the buffer any more, so each span is handed over.
    is_closed: bool,
}

impl Buffers {
    pub(super) fn new(settings: &BatchSettings) -> Self {
        let is_narrow = settings.queue_spans.is_some()
            || settings.batch_spans < 2 * SPANS_PER_BUFFER
            || settings.queue_bytes < 16 * BUFFERS * BYTES_PER_BUFFER;
        let spans_per_buffer = if is_narrow { 1 } else { SPANS_PER_BUFFER };
        let worker_sleeps = AtomicBool::new(false);
        Buffers { all: Default::default(), spans_per_buffer, worker_sleeps }
    }

    /// Returns the part of the configured bound that is left for spans and batches outside the
    /// buffers. A quarter is kept free for the batch that is being encoded, which is there twice
    /// for a moment, and for the holes that an allocator leaves between texts of many lengths.
    pub(super) fn remaining_bound(&self, settings: &BatchSettings) -> usize {
        let is_narrow = self.spans_per_buffer == 1;
        let buffers = BUFFERS * BYTES_PER_BUFFER;
        let reserve = if is_narrow { 0 } else { buffers + settings.queue_bytes / 4 };
        settings.queue_bytes.saturating_sub(reserve)
    }

    /// Locks the buffer of this thread. Threads get their buffers in turn; with more threads than
    /// buffers, some share one. Returns `None` in a forked child if the lock is held.
    #[inline]
    pub(super) fn lock_own(&self, process: Process) -> Option<MutexGuard<'_, Buffered>> {
        static THREADS: AtomicUsize = AtomicUsize::new(0);
        thread_local! {
            /// The buffer of this thread, in every queue. Two threads that record at the same time
            /// take 292 to 306 ns of CPU time per call with a buffer for each thread, and 341 to
            /// 367 ns if they share one (minimum of 15 rounds, three runs).
            static BUFFER_INDEX: Cell<Option<usize>> = const { Cell::new(None) };
        }
        let index = BUFFER_INDEX.get().unwrap_or_else(|| {
            let index = THREADS.fetch_add(1, Ordering::Relaxed) % BUFFERS;
            BUFFER_INDEX.set(Some(index));
            index
        });
        process.lock(&self.all[index % BUFFERS].0)
    }

    /// Returns true if the spans of a buffer are to be handed over now.
    #[inline]
    pub(super) fn is_full(&self, buffer: &Buffered) -> bool {
        buffer.spans.len() >= self.spans_per_buffer
            || buffer.bytes >= BYTES_PER_BUFFER
            || buffer.is_closed
    }

    /// Calls `hand_over` with each buffer, locked.
    pub(super) fn for_each(&self, mut hand_over: impl FnMut(&mut Buffered)) {
        self.all.iter().for_each(|buffer| hand_over(&mut lock(&buffer.0)));
    }

    /// Calls `hand_over` with each buffer; from here on no span stays in one.
    pub(super) fn close(&self, mut hand_over: impl FnMut(&mut Buffered)) {
        self.for_each(|buffer| {
            buffer.is_closed = true;
            hand_over(buffer);
        });
    }

    /// Returns true if the first span in a buffer must wake the worker.
    #[inline]
    pub(super) fn worker_sleeps(&self) -> bool {
        self.worker_sleeps.load(Ordering::Relaxed)
    }

    /// Announces whether the worker is going to sleep. The worker collects the buffers after it,
    /// so a span whose thread saw the old value is collected.
    pub(super) fn set_worker_sleeps(&self, sleeps: bool) {
        self.worker_sleeps.store(sleeps, Ordering::SeqCst);
    }
}

impl Buffered {
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.spans.len() == 0
    }

    /// Adds a span, and returns the memory of a record for the next span of this thread.
    #[inline]
    pub(super) fn push(&mut self, span: QueuedSpan, bytes: usize) -> Option<Box<SpanRecord>> {
        self.bytes += bytes;
        self.spans.push(span)
    }

    /// Returns the spans, for the caller to take out, and their bytes.
    pub(super) fn drain(&mut self) -> (&mut Spans, usize) {
        let bytes = std::mem::take(&mut self.bytes);
        (&mut self.spans, bytes)
    }
}

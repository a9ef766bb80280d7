//! The spans of one destination, from their end to their fate: a queue bounded in bytes, and the
//! account of it.
//!
//! One lock guards both, so that every span is counted once at any time. It is held for moments:
//! threads that end spans hand them over in blocks, the worker takes whole blocks and posts encoded batches, the sender
//! settles them.

mod batch;
mod buffers;
mod disk;
mod end;
mod flush;
mod send;
mod settle;
mod spans;
mod split;
mod state;
mod stats;
mod take;

pub(crate) use batch::Batch;
pub(crate) use end::Left;
pub(crate) use flush::Flushed;
pub(crate) use send::Next;
pub(crate) use settle::Fate;
pub(crate) use spans::{QueuedSpan, Spans};
pub use stats::Stats;
pub(crate) use take::Block;

use super::diagnostics::Diagnostics;
use crate::delivery::settings::BatchSettings;
use buffers::Buffers;
use opentelemetry_sdk::Resource;
use state::State;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// The queue of one destination.
#[derive(Debug)]
pub(crate) struct Queue {
    address: String,
    settings: BatchSettings,
    diagnostics: Arc<Diagnostics>,
    buffers: Buffers,
    /// The bytes that spans and batches may take; what is left of the configured bound is for the
    /// buffers, and for the batch that is being encoded.
    bound: usize,
    state: Mutex<State>,
    /// The worker waits here for spans.
    spans: Condvar,
    /// The sender waits here for batches, and between two tries.
    batches: Condvar,
    /// Whoever flushes waits here.
    fates: Condvar,
    resource: Mutex<Option<Resource>>,
}

impl Queue {
    pub(crate) fn new(
        address: String,
        settings: BatchSettings,
        diagnostics: Arc<Diagnostics>,
    ) -> Self {
        let buffers = Buffers::new(&settings);
        Queue {
            address,
            bound: buffers.bound(&settings),
            buffers,
            settings,
            diagnostics,
            state: Mutex::default(),
            spans: Condvar::new(),
            batches: Condvar::new(),
            fates: Condvar::new(),
            resource: Mutex::default(),
        }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn diagnostics(&self) -> &Diagnostics {
        &self.diagnostics
    }

    pub(crate) fn stats(&self) -> Stats {
        self.collect();
        self.lock().stats(&self.address)
    }

    /// The resource that spans are exported with, for the worker to pick up.
    pub(crate) fn set_resource(&self, resource: &Resource) {
        let mut waiting = self.resource.lock().unwrap_or_else(PoisonError::into_inner);
        *waiting = Some(resource.clone());
    }

    pub(crate) fn take_resource(&self) -> Option<Resource> {
        self.resource.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Says which spans the bounds have kept out since it was last said.
    pub(crate) fn say_unsaid(&self) {
        let unsaid = std::mem::take(&mut self.lock().unsaid);
        if unsaid > 0 {
            let bound = self.described_bound();
            self.diagnostics.lost(QUEUE_FULL, &self.address, unsaid, &|spans| {
                format!("{spans} for {} were lost, since {bound}", self.address)
            });
        }
    }

    fn described_bound(&self) -> String {
        let bytes = self.settings.queue_bytes;
        match self.settings.queue_spans {
            Some(spans) => format!(
                "the queue of {spans} spans or {bytes} bytes was full: raise \
                 OTEL_BSP_MAX_QUEUE_SIZE or unset it, and look at TRACE_QUEUE_BYTES"
            ),
            None => format!("the queue of {bytes} bytes was full: raise TRACE_QUEUE_BYTES"),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const QUEUE_FULL: &str = "queue full";

//! The spans that end inside a test. The recording is part of the OpenTelemetry context, so that
//! tests which run at the same time do not see the spans of each other.

use crate::panic::catch;
use crate::sync;
use opentelemetry::Context;
use opentelemetry_sdk::trace::SpanData;
use std::sync::{Arc, Mutex};

/// The spans of one test. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recording(Arc<Mutex<Vec<SpanData>>>);

impl Recording {
    /// Returns the recording of a context.
    pub(crate) fn of(context: &Context) -> Option<Self> {
        context.get::<Recording>().cloned()
    }

    /// Adds a span. `finish` brings it into the form in which it would leave the process.
    pub(crate) fn add(&self, mut span: SpanData, finish: impl FnOnce(&mut SpanData)) {
        // A mask of the program may trace, or panic.
        let _suppressed = Context::enter_telemetry_suppressed_scope();
        if catch(|| finish(&mut span)).is_ok() {
            sync::lock(&self.0).push(span);
        }
    }

    /// Takes the spans that have ended so far.
    pub(crate) fn take(&self) -> Vec<SpanData> {
        std::mem::take(&mut sync::lock(&self.0))
    }
}

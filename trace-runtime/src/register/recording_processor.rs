//! Brings the spans of other instrumentation to the test that records them.

use crate::enrich::{CountedOnce, Stages};
use crate::recording::Recording;
use crate::sync;
use opentelemetry::Context;
use opentelemetry::trace::{Span as _, SpanId};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};
use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

/// Records the spans of other instrumentation. Only their start knows the context.
#[derive(Debug)]
pub(super) struct RecordingProcessor {
    stages: Stages,
    /// The recordings of spans that have not ended.
    open: Mutex<HashMap<SpanId, Recording>>,
}

impl RecordingProcessor {
    pub(super) fn new(stages: Stages) -> Self {
        RecordingProcessor { stages, open: Mutex::default() }
    }
}

impl SpanProcessor for RecordingProcessor {
    fn on_start(&self, span: &mut Span, context: &Context) {
        if let Some(recording) = Recording::of(context) {
            sync::lock(&self.open).insert(span.span_context().span_id(), recording);
        }
    }

    fn on_end(&self, span: SpanData) {
        let recording = sync::lock(&self.open).remove(&span.span_context.span_id());
        if let Some(recording) = recording {
            recording.add(span, |span| {
                self.stages.apply(std::slice::from_mut(span), &CountedOnce::default());
            });
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

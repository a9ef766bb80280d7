//! Prints each finished trace on stderr, as an indented tree.

mod tree;

use super::destination::{ExportFuture, Exporter, PartialSuccess};
use opentelemetry::trace::{SpanId, TraceId};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;
use std::collections::HashMap;
use std::io::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Collects the spans of each trace until its root has ended.
#[derive(Debug, Default)]
pub(super) struct Console {
    unfinished: Mutex<HashMap<TraceId, Vec<SpanData>>>,
}

impl Console {
    fn lock(&self) -> MutexGuard<'_, HashMap<TraceId, Vec<SpanData>>> {
        self.unfinished.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Exporter for Console {
    fn export(&self, batch: Vec<SpanData>) -> ExportFuture<'_> {
        let mut unfinished = self.lock();
        let mut finished = Vec::new();
        for span in batch {
            let trace = span.span_context.trace_id();
            if is_local_root(&span) {
                finished.push(trace);
            }
            unfinished.entry(trace).or_default().push(span);
        }
        let finished = finished.into_iter().filter_map(|trace| unfinished.remove(&trace)).collect();
        drop(unfinished);
        print(finished);
        Box::pin(std::future::ready(Ok(PartialSuccess::default())))
    }

    fn set_resource(&mut self, _resource: &Resource) {}

    fn address(&self) -> String {
        "the console".to_owned()
    }

    /// Spans whose root has not ended are shown all the same.
    fn finish(&self) {
        print(self.lock().drain().map(|(_, spans)| spans).collect());
    }
}

fn is_local_root(span: &SpanData) -> bool {
    span.parent_span_id == SpanId::INVALID || span.parent_span_is_remote
}

fn print(traces: Vec<Vec<SpanData>>) {
    for spans in traces {
        // A closed stderr is no reason to fail.
        let _ = std::io::stderr().lock().write_all(tree::render(&spans).as_bytes());
    }
}

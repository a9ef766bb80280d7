//! Prints each finished trace on stderr, as an indented tree.
//!
//! Stderr and not stdout, because the output of a program may be piped into another one.

mod tree;

use super::destination::{ExportFuture, Exporter, PartialSuccess};
use crate::sync;
use opentelemetry::trace::{SpanId, TraceId};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;
use std::collections::HashMap;
use std::io::Write;
use std::sync::{Mutex, MutexGuard};

/// A destination that collects the spans of a trace until its root has ended, and then prints them.
#[derive(Debug, Default)]
pub(super) struct Console {
    /// The spans of traces whose root has not ended yet.
    unfinished: Mutex<HashMap<TraceId, Vec<SpanData>>>,
}

impl Console {
    fn lock(&self) -> MutexGuard<'_, HashMap<TraceId, Vec<SpanData>>> {
        sync::lock(&self.unfinished)
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
        // Writing may block, for example on a full pipe.
        drop(unfinished);
        print(finished);
        Box::pin(std::future::ready(Ok(PartialSuccess::default())))
    }

    /// Does nothing: all traces of a process have the same resource.
    fn set_resource(&mut self, _resource: &Resource) {}

    fn address(&self) -> String {
        "the console".to_owned()
    }

    /// Prints the spans of unfinished traces too, as trees without their root.
    fn finish(&self) {
        print(self.lock().drain().map(|(_, spans)| spans).collect());
    }
}

/// Returns true for the span that ends last in this process: it has no parent, or its parent is in
/// another process.
fn is_local_root(span: &SpanData) -> bool {
    span.parent_span_id == SpanId::INVALID || span.parent_span_is_remote
}

fn print(traces: Vec<Vec<SpanData>>) {
    for spans in traces {
        // Not `eprint!`, which panics if stderr is closed.
        let _ = std::io::stderr().lock().write_all(tree::render(&spans).as_bytes());
    }
}

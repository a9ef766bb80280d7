//! Prints each finished trace on stderr, as a tree.
//!
//! Stderr and not stdout, because the output of a program may be piped into another one. A person at
//! a terminal sees columns that fit its width; a file or a pipe receives plain lines.

mod amounts;
mod columns;
mod layout;
mod plain;
mod row;
mod separated;
mod style;
#[cfg(test)]
mod tests;
mod tree;
mod waiting;

use super::destination::{ExportFuture, Exporter, PartialSuccess};
use crate::config::Environment;
use crate::readable::file_url;
use crate::sync;
use layout::Layout;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;
use row::Row;
use separated::Separated;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use waiting::Waiting;

/// A destination that collects the spans of a trace until its root has ended, and then prints them.
#[derive(Debug)]
pub(super) struct Console {
    layout: Layout,
    /// The URL of the page, if there is one.
    page: Option<String>,
    waiting: Mutex<Waiting>,
    separated: Mutex<Separated>,
}

/// True if a process has been told about separated traces, which is enough.
static HAS_HINTED: AtomicBool = AtomicBool::new(false);

impl Console {
    /// Creates a console for the stderr of this process.
    pub(super) fn from_environment(page: Option<&Path>) -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        let layout = Layout::resolve(&Environment::from_process(), is_terminal);
        Console {
            layout,
            page: page.map(file_url),
            waiting: Mutex::default(),
            separated: Mutex::default(),
        }
    }

    /// Prints traces, each in one write that no other output of the program can tear.
    fn print(&self, traces: &[Vec<Row>]) {
        for rows in traces {
            // Not `eprint!`, which panics if stderr is closed.
            let text = self.layout.render(rows, self.page.as_deref());
            let _ = std::io::stderr().lock().write_all(text.as_bytes());
        }
    }
}

impl Exporter for Console {
    fn export(&self, batch: Vec<SpanData>) -> ExportFuture<'_> {
        let mut separated = sync::lock(&self.separated);
        for span in &batch {
            separated.observe(span);
        }
        drop(separated);
        let rows: Vec<_> = batch.iter().map(|span| self.layout.row(span)).collect();
        drop(batch);
        let traces = sync::lock(&self.waiting).add(rows);
        // Outside of the lock: writing may block, for example on a full pipe.
        self.print(&traces);
        Box::pin(std::future::ready(Ok(PartialSuccess::default())))
    }

    /// Does nothing: all traces of a process have the same resource.
    fn set_resource(&mut self, _resource: &Resource) {}

    fn address(&self) -> String {
        "the console".to_owned()
    }

    /// Prints the spans of unfinished traces too, as trees without their root, and a hint if the
    /// program separated its traces.
    fn finish(&self) {
        let traces = sync::lock(&self.waiting).take_all();
        self.print(&traces);
        if let Some(hint) = sync::lock(&self.separated).hint()
            && !HAS_HINTED.swap(true, Ordering::Relaxed)
        {
            let _ = std::io::stderr().lock().write_all(hint.as_bytes());
        }
    }
}

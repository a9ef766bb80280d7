//! Reports lost and late spans to the user: one line for each cause, with a count.

use super::reentrancy::ExportScope;
use crate::panic::catch;
use crate::sync;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::io::Write;
use std::sync::Mutex;

/// A report about spans or annotations that were lost or are late, passed to the callback of
/// [`on_diagnostic`](crate::Builder::on_diagnostic).
///
/// [`message`](Self::message), which is also its `Display`, is one line: the number of spans, the
/// problem and its cause, and how to fix it.
///
/// ```
/// let builder = trace_runtime::register().on_diagnostic(|diagnostic| {
///     if diagnostic.spans > 0 {
///         eprintln!("{} spans lost: {diagnostic}", diagnostic.spans);
///     }
/// });
/// # drop(builder);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Diagnostic {
    /// The number of spans that were lost; 0 if they are only late, or on disk.
    pub spans: u64,
    /// The number of annotations that were lost; 0 if they are only late, or on disk.
    pub annotations: u64,
    /// The report, as one line of text.
    pub message: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

pub(crate) type DiagnosticCallback = Box<dyn Fn(&Diagnostic) + Send + Sync>;

/// Reports each cause once for each destination when it first happens, and once more at shutdown
/// with the spans that were lost to it since. A backend that is down for hours thus costs two
/// lines and not one for each batch.
pub(crate) struct Diagnostics {
    /// Receives the reports. If it is `None`, they are written to stderr.
    callback: Option<DiagnosticCallback>,
    /// The topics that were reported as late.
    late: Mutex<HashSet<Topic>>,
    /// The topics that were reported as lost, with the losses since.
    lost: Mutex<HashMap<Topic, Unreported>>,
}

/// A cause and the address of its destination.
type Topic = (&'static str, String);

/// A number of spans or of annotations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lost {
    Spans(u64),
    Annotations(u64),
}

impl Default for Lost {
    fn default() -> Self {
        Lost::Spans(0)
    }
}

impl Lost {
    fn number(self) -> u64 {
        match self {
            Lost::Spans(number) | Lost::Annotations(number) => number,
        }
    }

    /// Adds the number of `more`, whose kind counts.
    fn plus(self, more: Self) -> Self {
        match more {
            Lost::Spans(number) => Lost::Spans(self.number() + number),
            Lost::Annotations(number) => Lost::Annotations(self.number() + number),
        }
    }

    fn diagnostic(self, message: String) -> Diagnostic {
        match self {
            Lost::Spans(spans) => Diagnostic { spans, annotations: 0, message },
            Lost::Annotations(annotations) => Diagnostic { spans: 0, annotations, message },
        }
    }
}

/// Writes the number in words: `1 span`, `2 annotations`.
impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Lost::Spans(spans) => f.write_str(&counted(*spans)),
            Lost::Annotations(1) => f.write_str("1 annotation"),
            Lost::Annotations(number) => write!(f, "{number} annotations"),
        }
    }
}

/// The losses after the first report of a topic.
#[derive(Default)]
struct Unreported {
    lost: Lost,
    /// The message of the latest loss, with the number of all of them.
    message: String,
}

impl Diagnostics {
    pub(crate) fn new(callback: Option<DiagnosticCallback>) -> Self {
        Diagnostics { callback, late: Mutex::default(), lost: Mutex::default() }
    }

    /// Reports lost spans, or adds them to the next report of the same topic. `message` receives
    /// the number of spans in words, for example `3 spans`.
    pub(crate) fn lost(
        &self,
        cause: &'static str,
        address: &str,
        spans: u64,
        message: &dyn Fn(&str) -> String,
    ) {
        self.record(cause, address, Lost::Spans(spans), message);
    }

    /// Reports lost spans or annotations, as [`lost`](Self::lost) does. The address of annotations
    /// differs from that of spans, so their topics do too.
    pub(crate) fn record(
        &self,
        cause: &'static str,
        address: &str,
        number: Lost,
        message: &dyn Fn(&str) -> String,
    ) {
        let topic = (cause, address.to_owned());
        let mut lost = sync::lock(&self.lost);
        if let Some(unreported) = lost.get_mut(&topic) {
            unreported.lost = unreported.lost.plus(number);
            unreported.message = message(&format!("{} more", unreported.lost));
            return;
        }
        lost.insert(topic, Unreported::default());
        // The callback may end spans, which may report a loss: it must not run under the lock.
        drop(lost);
        self.report(&number.diagnostic(message(&number.to_string())));
    }

    /// Reports a problem that delays spans without losing any so far. Each topic is reported once.
    pub(crate) fn late(&self, cause: &'static str, address: &str, message: &dyn Fn() -> String) {
        let topic = (cause, address.to_owned());
        if sync::lock(&self.late).insert(topic) {
            self.report(&Lost::Spans(0).diagnostic(message()));
        }
    }

    /// Reports the losses that followed the first report of each topic. Called at shutdown; a
    /// second call reports only the losses since.
    pub(crate) fn report_repeated(&self) {
        let mut lost = sync::lock(&self.lost);
        let all: Vec<Unreported> = lost.values_mut().map(std::mem::take).collect();
        drop(lost);
        for Unreported { lost, message } in all {
            if lost.number() > 0 {
                self.report(&lost.diagnostic(message));
            }
        }
    }

    fn report(&self, diagnostic: &Diagnostic) {
        match &self.callback {
            // A panic in the callback must not unwind into the traced function, nor end the
            // worker thread. The scope makes a flush from the callback an error, not a deadlock.
            Some(callback) => {
                let _scope = ExportScope::enter();
                drop(catch(|| callback(diagnostic)));
            }
            // Not `eprintln!`, which panics if stderr is closed.
            None => drop(writeln!(std::io::stderr().lock(), "trace-runtime: {diagnostic}")),
        }
    }
}

/// Formats a number of spans: `1 span`, `2 spans`.
pub(super) fn counted(spans: u64) -> String {
    if spans == 1 { "1 span".to_owned() } else { format!("{spans} spans") }
}

impl fmt::Debug for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Diagnostics").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn repeated_cause_is_reported_once_and_summed_up_at_the_end() {
        let reports = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&reports);
        let diagnostics = Diagnostics::new(Some(Box::new(move |diagnostic| {
            sink.lock().unwrap().push((diagnostic.spans, diagnostic.to_string()));
        })));
        for (address, spans) in [("a", 5), ("b", 1), ("a", 1), ("a", 2)] {
            diagnostics
                .lost("down", address, spans, &|spans| format!("{spans} lost for {address}"));
        }
        diagnostics.report_repeated();
        diagnostics.report_repeated();
        let reports = reports.lock().unwrap();
        let expected =
            [(5, "5 spans lost for a"), (1, "1 span lost for b"), (3, "3 spans more lost for a")];
        assert_eq!(*reports, expected.map(|(spans, line)| (spans, line.to_owned())));
    }
}

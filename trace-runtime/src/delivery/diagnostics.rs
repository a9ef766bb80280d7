//! What a user is told about spans that were lost: one line for each cause, with counts.

use super::reentrancy::ExportScope;
use crate::panic::contained;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

/// One thing that went wrong with the export, as
/// [`on_diagnostic`](crate::Builder::on_diagnostic) receives it.
///
/// Its text is one line that says what happened, to how many spans, and what to do.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Diagnostic {
    /// How many spans were lost; 0 if they are only late, or on disk.
    pub spans: u64,
    /// The line.
    pub message: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

pub(crate) type DiagnosticCallback = Box<dyn Fn(&Diagnostic) + Send + Sync>;

/// Says each cause once for each destination as it first happens, and once more at the end if it
/// went on.
pub(crate) struct Diagnostics {
    callback: Option<DiagnosticCallback>,
    late: Mutex<HashSet<Topic>>,
    repeated: Mutex<HashMap<Topic, Repeated>>,
}

/// A cause, and the address of the destination that it is about.
type Topic = (&'static str, String);

/// What came after the first line.
#[derive(Default)]
struct Repeated {
    spans: u64,
    message: String,
}

impl Diagnostics {
    pub(crate) fn new(callback: Option<DiagnosticCallback>) -> Self {
        Diagnostics { callback, late: Mutex::default(), repeated: Mutex::default() }
    }

    /// Reports lost spans. `message` is given their number in words.
    pub(crate) fn lost(
        &self,
        cause: &'static str,
        address: &str,
        spans: u64,
        message: &dyn Fn(&str) -> String,
    ) {
        let topic = (cause, address.to_owned());
        let mut repeated = self.repeated.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(repeated) = repeated.get_mut(&topic) {
            repeated.spans += spans;
            repeated.message = message(&format!("{} more", counted(repeated.spans)));
            return;
        }
        repeated.insert(topic, Repeated::default());
        drop(repeated);
        self.say(&Diagnostic { spans, message: message(&counted(spans)) });
    }

    /// Reports that something is wrong by which no span is lost yet.
    pub(crate) fn late(&self, cause: &'static str, address: &str, message: &dyn Fn() -> String) {
        let topic = (cause, address.to_owned());
        if self.late.lock().unwrap_or_else(PoisonError::into_inner).insert(topic) {
            self.say(&Diagnostic { spans: 0, message: message() });
        }
    }

    /// Says what came after the first lines.
    pub(crate) fn say_repeated(&self) {
        let mut repeated = self.repeated.lock().unwrap_or_else(PoisonError::into_inner);
        let all: Vec<Repeated> = repeated.values_mut().map(std::mem::take).collect();
        drop(repeated);
        for Repeated { spans, message } in all {
            if spans > 0 {
                self.say(&Diagnostic { spans, message });
            }
        }
    }

    fn say(&self, diagnostic: &Diagnostic) {
        match &self.callback {
            // A callback that panics must not take the traced function or the worker along.
            Some(callback) => {
                let _scope = ExportScope::enter();
                drop(contained(|| callback(diagnostic)));
            }
            // A closed stderr is no reason to fail.
            None => drop(writeln!(std::io::stderr().lock(), "trace-runtime: {diagnostic}")),
        }
    }
}

/// A number of spans in words.
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
    fn a_cause_is_said_once_and_summed_up_at_the_end() {
        let said = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&said);
        let diagnostics = Diagnostics::new(Some(Box::new(move |diagnostic| {
            heard.lock().unwrap().push((diagnostic.spans, diagnostic.to_string()));
        })));
        for (address, spans) in [("a", 5), ("b", 1), ("a", 1), ("a", 2)] {
            diagnostics
                .lost("down", address, spans, &|spans| format!("{spans} lost for {address}"));
        }
        diagnostics.say_repeated();
        diagnostics.say_repeated();
        let said = said.lock().unwrap();
        let expected =
            [(5, "5 spans lost for a"), (1, "1 span lost for b"), (3, "3 spans more lost for a")];
        assert_eq!(*said, expected.map(|(spans, line)| (spans, line.to_owned())));
    }
}

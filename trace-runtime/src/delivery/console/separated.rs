//! Finds traces that the program separated by accident: `tokio::spawn` inside a traced function.
//!
//! A task or thread does not inherit the current span, so that its spans begin traces of their own.
//! Nothing in a span tells who spawned its task. The traces of a whole process do, if it traces one
//! thing at a time: all other traces then begin and end while one is open. A server that handles
//! requests side by side has traces that overlap in every way, and is never taken for such a program.

use crate::openinference::keys;
use crate::readable::{one_line, text};
use opentelemetry::trace::{SpanId, SpanKind};
use opentelemetry_sdk::trace::SpanData;
use std::collections::HashMap;
use std::time::SystemTime;

/// The number of traces after which a process is not a program of this kind.
const MAX_TRACES: usize = 10_000;

/// With fewer traces inside another one, their times may be a coincidence.
const MIN_SEPARATED: usize = 2;

/// The number of characters of a name that are shown.
const MAX_NAME_CHARS: usize = 60;

/// The roots of all traces of a process, as long as they may be those of such a program.
#[derive(Debug)]
pub(super) struct Separated(Option<Roots>);

#[derive(Debug, Default)]
struct Roots {
    list: Vec<Root>,
    /// The number of each call site.
    sites: HashMap<String, usize>,
}

/// The root span of a trace.
#[derive(Debug)]
struct Root {
    start: SystemTime,
    end: SystemTime,
    site: usize,
    name: String,
    /// True for the span of an annotated function, which can be told what to write.
    is_function: bool,
}

impl Default for Separated {
    fn default() -> Self {
        Separated(Some(Roots::default()))
    }
}

impl Separated {
    /// Looks at a span. A process that answers requests of others is a server.
    pub(super) fn observe(&mut self, span: &SpanData) {
        let is_server = span.parent_span_is_remote
            || matches!(span.span_kind, SpanKind::Server | SpanKind::Consumer);
        let is_root = span.parent_span_id == SpanId::INVALID;
        match &mut self.0 {
            Some(roots) if is_server || roots.list.len() >= MAX_TRACES => self.0 = None,
            Some(roots) if is_root => roots.push(span),
            _ => {}
        }
    }

    /// Returns the hint for the user, if the traces of the process are certainly separated.
    pub(super) fn hint(&mut self) -> Option<String> {
        let (name, count) = self.0.take()?.outermost()?;
        let name = one_line(&name);
        Some(format!(
            "trace-runtime: {count} traces began and ended while `{name}` ran, and are not part of \
             its trace. If `{name}` spawned them, write `spawn(task.in_current_span())`, or \
             `spawn(in_current_span(closure))` for a thread.\n"
        ))
    }
}

impl Roots {
    fn push(&mut self, span: &SpanData) {
        let function = text(&span.attributes, keys::CODE_FUNCTION_NAME);
        let is_function = function.is_some();
        let site = function.unwrap_or_else(|| span.name.to_string());
        let next = self.sites.len();
        self.list.push(Root {
            start: span.start_time,
            end: span.end_time,
            site: *self.sites.entry(site).or_insert(next),
            name: span.name.chars().take(MAX_NAME_CHARS).collect(),
            is_function,
        });
    }

    /// Returns the function with the most traces inside, and the number of all traces inside
    /// functions.
    ///
    /// Every root must be one of two: it overlaps none of its sort, or it lies in one of those from
    /// its start to its end. No call site may have both sorts, and only an annotated function may
    /// have others inside.
    fn outermost(mut self) -> Option<(String, usize)> {
        self.list.sort_by_key(|root| (root.start, std::cmp::Reverse(root.end)));
        let mut is_inside = vec![None; self.sites.len()];
        let mut outer: Option<(&Root, usize)> = None;
        let mut most: Option<(&Root, usize)> = None;
        let mut total = 0;
        for root in &self.list {
            let open = outer.as_mut().filter(|(outer, _)| root.start < outer.end);
            let inside = open.is_some();
            if is_inside[root.site].replace(inside).is_some_and(|before| before != inside) {
                return None;
            }
            let Some((around, count)) = open else {
                outer = Some((root, 0));
                continue;
            };
            if root.end > around.end || !around.is_function {
                return None;
            }
            *count += 1;
            total += 1;
            if most.is_none_or(|(_, most)| *count > most) {
                most = Some((*around, *count));
            }
        }
        most.filter(|_| total >= MIN_SEPARATED).map(|(root, _)| (root.name.clone(), total))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::console::tests::span;
    use opentelemetry::KeyValue;

    /// Returns the root span of a function, with its start and its end in milliseconds.
    fn root(name: &'static str, start: u64, end: u64) -> SpanData {
        let mut span = span(1, 0, "AGENT", name, (start, end - start));
        span.attributes.push(KeyValue::new(keys::CODE_FUNCTION_NAME, name));
        span
    }

    fn hint(spans: &[SpanData]) -> Option<String> {
        let mut separated = Separated::default();
        for span in spans {
            separated.observe(span);
        }
        separated.hint()
    }

    #[test]
    fn traces_inside_a_function_give_a_hint_with_their_number() {
        let spans = [root("ask", 10, 30), root("ask", 11, 20), root("plan", 0, 40)];
        let expected = "trace-runtime: 2 traces began and ended while `plan` ran, and are not part \
                        of its trace. If `plan` spawned them, write \
                        `spawn(task.in_current_span())`, or `spawn(in_current_span(closure))` for \
                        a thread.\n";
        assert_eq!(hint(&spans).as_deref(), Some(expected));
        // A program that runs the function again, and other functions between.
        let again = [root("other", 50, 55), root("ask", 70, 80), root("plan", 60, 90)];
        let found = hint(&[spans.to_vec(), again.to_vec()].concat()).unwrap();
        assert!(found.starts_with("trace-runtime: 3 traces began"), "{found}");
    }

    #[test]
    fn traces_that_are_not_certainly_separated_give_no_hint() {
        let alone = vec![root("plan", 0, 10), root("plan", 20, 30), root("ask", 40, 50)];
        let one = vec![root("plan", 0, 10), root("ask", 2, 5)];
        let overlapping = vec![root("plan", 0, 10), root("ask", 2, 5), root("ask", 8, 12)];
        let requests = vec![root("plan", 0, 30), root("plan", 1, 5), root("plan", 7, 9)];
        let also_outside =
            vec![root("plan", 0, 10), root("ask", 2, 5), root("ask", 6, 9), root("ask", 20, 22)];
        for spans in [alone, one, overlapping, requests, also_outside] {
            assert_eq!(hint(&spans), None);
        }
    }

    #[test]
    fn spans_of_a_server_give_no_hint() {
        let spans = || vec![root("ask", 10, 30), root("ask", 11, 20), root("plan", 0, 40)];
        let mut with_server = spans();
        with_server[2].span_kind = SpanKind::Server;
        let mut with_caller = spans();
        with_caller.push(SpanData {
            parent_span_is_remote: true,
            parent_span_id: SpanId::from(7),
            ..root("plan", 50, 60)
        });
        let mut foreign = spans();
        foreign[2].attributes.pop();
        for spans in [with_server, with_caller, foreign] {
            assert_eq!(hint(&spans), None);
        }
    }

    #[test]
    fn many_traces_take_bounded_memory_and_give_no_hint() {
        let mut separated = Separated::default();
        for start in 0..=MAX_TRACES as u64 {
            separated.observe(&root("ask", start + 1, start + 2));
        }
        assert!(separated.0.is_none());
    }
}

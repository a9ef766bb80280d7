//! The traces whose root has not ended yet.

use super::row::Row;
use opentelemetry::trace::TraceId;
use std::collections::{BTreeMap, HashMap};

/// The number of rows that wait at most. A trace that never ends, such as that of a server's main
/// loop, must not take more memory for ever.
const MAX_ROWS: usize = 50_000;

/// Rows by trace, and the order in which the traces began to wait.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    traces: HashMap<TraceId, Trace>,
    /// The traces by their number. Each trace has one entry.
    order: BTreeMap<u64, TraceId>,
    next_number: u64,
    /// The number of rows in all traces.
    rows: usize,
}

#[derive(Debug)]
struct Trace {
    number: u64,
    rows: Vec<Row>,
}

impl Waiting {
    /// Adds rows, and returns the traces that are complete. If too many rows wait, the traces that
    /// have waited longest are returned too, without their root.
    pub(super) fn add(&mut self, rows: Vec<Row>) -> Vec<Vec<Row>> {
        let mut ended = Vec::new();
        for row in rows {
            if row.is_local_root {
                ended.push(row.trace_id);
            }
            self.push(row);
        }
        let mut printed: Vec<_> = ended.into_iter().filter_map(|id| self.take(id)).collect();
        while self.rows > MAX_ROWS {
            let oldest = self.order.first_key_value().map(|(_, id)| *id);
            let Some(rows) = oldest.and_then(|id| self.take(id)) else { break };
            printed.push(rows);
        }
        printed
    }

    /// Takes all rows, in the order in which their traces began to wait.
    pub(super) fn take_all(&mut self) -> Vec<Vec<Row>> {
        let all: Vec<_> = self.order.values().copied().collect();
        all.into_iter().filter_map(|id| self.take(id)).collect()
    }

    fn push(&mut self, row: Row) {
        let trace = self.traces.entry(row.trace_id).or_insert_with(|| {
            self.next_number += 1;
            self.order.insert(self.next_number, row.trace_id);
            Trace { number: self.next_number, rows: Vec::new() }
        });
        trace.rows.push(row);
        self.rows += 1;
    }

    fn take(&mut self, id: TraceId) -> Option<Vec<Row>> {
        let Trace { number, rows } = self.traces.remove(&id)?;
        self.order.remove(&number);
        self.rows -= rows.len();
        Some(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::console::layout::Layout;
    use crate::delivery::console::tests::span;
    use opentelemetry_sdk::trace::SpanData;

    fn row(trace: u128, span: &SpanData) -> Row {
        Row { trace_id: TraceId::from(trace), ..Layout::Plain.row(span) }
    }

    #[test]
    fn rows_wait_for_the_root_of_their_trace() {
        let mut waiting = Waiting::default();
        let child = |trace| row(trace, &span(2, 1, "TOOL", "child", (0, 1)));
        assert!(waiting.add(vec![child(1), child(2)]).is_empty());
        let complete = waiting.add(vec![row(2, &span(1, 0, "AGENT", "root", (0, 1)))]);
        let names: Vec<_> = complete[0].iter().map(|row| row.name.as_str()).collect();
        assert_eq!((complete.len(), names), (1, vec!["child", "root"]));
        assert_eq!(waiting.take_all().len(), 1);
        assert_eq!(waiting.rows, 0);
    }

    #[test]
    fn traces_without_an_end_are_returned_when_too_many_rows_wait() {
        let mut waiting = Waiting::default();
        let mut returned = Vec::new();
        for trace in 0..MAX_ROWS as u128 + 2 {
            returned.extend(waiting.add(vec![row(trace, &span(2, 1, "TOOL", "child", (0, 1)))]));
        }
        let traces: Vec<_> = returned.iter().map(|rows| rows[0].trace_id).collect();
        assert_eq!(traces, [TraceId::from(0), TraceId::from(1)]);
        assert_eq!((waiting.rows, waiting.order.len()), (MAX_ROWS, MAX_ROWS));
    }
}

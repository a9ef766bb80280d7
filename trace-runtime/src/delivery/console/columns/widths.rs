//! The widths of the columns of one trace.

use super::Cells;
use crate::readable::width;

/// The text keeps at least this many columns; the label gives way to it.
const MIN_TEXT: usize = 24;
const MIN_LABEL: usize = 22;
/// Below this width there is no place for the bar and the cost.
const NARROW: usize = 60;

/// Widths in terminal columns; 0 if the column is left out.
#[derive(Debug)]
pub(super) struct Widths {
    pub(super) label: usize,
    pub(super) took: usize,
    pub(super) bar: usize,
    pub(super) tokens: usize,
    pub(super) cost: usize,
    pub(super) text: usize,
}

impl Widths {
    /// Divides the width of a line. Each column is as wide as its widest cell, except for the label
    /// and the text, which share the rest.
    pub(super) fn of(cells: &[Cells], line: usize) -> Self {
        let widest = |cell: fn(&Cells) -> usize| cells.iter().map(cell).max().unwrap_or(0);
        let (bar, cost) = match line {
            0..NARROW => (0, 0),
            NARROW..100 => (6, widest(|cells| width(&cells.cost))),
            100..140 => (12, widest(|cells| width(&cells.cost))),
            _ => (20, widest(|cells| width(&cells.cost))),
        };
        let took = widest(|cells| width(&cells.took));
        let tokens = widest(|cells| width(&cells.tokens));
        let others = [took, bar, tokens, cost];
        // A space precedes each column but the label.
        let spaces = others.iter().filter(|width| **width > 0).count() + 1;
        let rest = line.saturating_sub(others.iter().sum::<usize>() + spaces);
        let max_label = rest.saturating_sub(MIN_TEXT).max(MIN_LABEL).min(rest);
        let label = widest(|cells| cells.label.width()).min(max_label);
        Widths { label, took, bar, tokens, cost, text: rest - label }
    }
}

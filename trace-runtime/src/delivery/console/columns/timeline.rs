//! Bars that show when a span ran, relative to its trace.

use crate::delivery::console::row::Row;
use crate::delivery::console::style::Style;
use std::time::{Duration, SystemTime};

/// The time of a trace, and the width of its bars.
#[derive(Debug)]
pub(super) struct Timeline {
    start: SystemTime,
    took: Duration,
    width: usize,
    style: Style,
}

impl Timeline {
    pub(super) fn of(rows: &[Row], width: usize, style: Style) -> Self {
        let start = rows.iter().map(|row| row.start).min().unwrap_or(SystemTime::UNIX_EPOCH);
        let end = rows.iter().map(|row| row.end).max().unwrap_or(start);
        Timeline { start, took: end.duration_since(start).unwrap_or_default(), width, style }
    }

    /// Returns a bar of the full width: spaces before the start, blocks while the span ran. A span
    /// of less than half a block is a thin line.
    pub(super) fn bar(&self, row: &Row) -> String {
        let before = self.blocks(row.start.duration_since(self.start).unwrap_or_default());
        let blocks = self.blocks(row.took());
        let bar = match blocks {
            0 => self.style.symbol("▏", "|").to_owned(),
            blocks => self.style.symbol("█", "#").repeat(blocks),
        };
        let length = blocks.max(1);
        let before = before.min(self.width.saturating_sub(length));
        let after = self.width.saturating_sub(before + length);
        format!("{}{bar}{}", " ".repeat(before), " ".repeat(after))
    }

    /// Returns the number of blocks of a duration, rounded.
    fn blocks(&self, duration: Duration) -> usize {
        let whole = self.took.as_nanos().max(1);
        let width = self.width as u128;
        let blocks = (duration.as_nanos() * width + whole / 2) / whole;
        usize::try_from(blocks.min(width)).unwrap_or(self.width)
    }
}

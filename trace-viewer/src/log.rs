//! The blocks that the page shows, with a bound for their memory.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// The memory that blocks may take. They are compressed, so this is about half a gigabyte of JSON,
/// more than a browser shows with ease.
const MAX_BYTES: usize = 64 << 20;

/// The newest blocks, numbered in the order in which they arrived. Readers follow at their own pace:
/// a slow one costs no memory, and misses blocks that have been dropped.
#[derive(Debug)]
pub(crate) struct Log {
    blocks: Mutex<Blocks>,
    /// The number of the next block; `None` once the server stops.
    next: watch::Sender<Option<u64>>,
}

#[derive(Debug, Default)]
struct Blocks {
    kept: VecDeque<Arc<str>>,
    bytes: usize,
    /// The number of the oldest block that is kept.
    first: u64,
}

impl Log {
    pub(crate) fn new() -> Self {
        Log { blocks: Mutex::default(), next: watch::Sender::new(Some(0)) }
    }

    /// Adds a block, and drops the oldest ones beyond the bound. The newest is always kept.
    pub(crate) fn push(&self, block: String) {
        let mut blocks = self.lock();
        blocks.bytes += block.len();
        blocks.kept.push_back(block.into());
        while blocks.bytes > MAX_BYTES && blocks.kept.len() > 1 {
            let dropped = blocks.kept.pop_front().map_or(0, |block| block.len());
            blocks.bytes -= dropped;
            blocks.first += 1;
        }
        let next = blocks.first + blocks.kept.len() as u64;
        // A server that stops stays stopped.
        self.next.send_if_modified(|it| it.as_mut().map(|number| *number = next).is_some());
    }

    /// Returns the first block that is kept with this number or a higher one, and its number.
    pub(crate) fn at_or_after(&self, number: u64) -> Option<(u64, Arc<str>)> {
        let blocks = self.lock();
        let index = number.saturating_sub(blocks.first);
        let block = blocks.kept.get(usize::try_from(index).ok()?)?;
        Some((blocks.first + index, Arc::clone(block)))
    }

    /// Returns a receiver that changes with each block and when the server stops.
    pub(crate) fn changes(&self) -> watch::Receiver<Option<u64>> {
        self.next.subscribe()
    }

    /// Ends all readers.
    pub(crate) fn close(&self) {
        self.next.send_replace(None);
    }

    fn lock(&self) -> MutexGuard<'_, Blocks> {
        self.blocks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_drops_the_oldest_blocks_beyond_its_bound() {
        let log = Log::new();
        for _ in 0..5 {
            log.push("x".repeat(MAX_BYTES / 4));
        }
        assert_eq!(log.at_or_after(0).map(|(number, _)| number), Some(1));
        assert_eq!(log.at_or_after(4).map(|(number, _)| number), Some(4));
        assert_eq!(log.at_or_after(5), None);
        log.push("x".repeat(MAX_BYTES + 1));
        assert_eq!(log.at_or_after(0).map(|(number, _)| number), Some(5));
        assert_eq!(log.lock().kept.len(), 1);
    }
}

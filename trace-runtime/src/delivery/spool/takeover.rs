//! The search for folders that other processes have left, in small steps.
//!
//! A step opens one folder, or reads one segment. The sender takes a step only when it has nothing
//! to send, so a process holds the locks and the batches of few folders at a time, and thousands of
//! folders never delay its own spans.

use super::folder::Folder;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};

/// The folders that the last scan found, and the segments of the folder that was opened last.
#[derive(Debug, Default)]
pub(crate) struct Takeover {
    /// The lock files of folders that were not tried yet.
    locks: VecDeque<PathBuf>,
    /// The number of the open folder.
    folder: u64,
    /// Its segments that were not read yet.
    segments: VecDeque<PathBuf>,
    /// The number of damaged records since the last report.
    pub(super) damaged: u64,
}

impl Takeover {
    /// Lists the folders of a backend. Those of living processes are among them: only the attempt
    /// to lock a folder decides.
    pub(super) fn scan(&mut self, backend: &Path) {
        self.locks = Folder::locks(backend).into();
    }

    /// Returns true if there is no step to take until the next scan.
    pub(crate) fn is_done(&self) -> bool {
        self.locks.is_empty() && self.segments.is_empty()
    }

    pub(super) fn next_lock(&mut self) -> Option<PathBuf> {
        self.locks.pop_front()
    }

    /// Continues with the segments of a folder that was adopted under this number.
    pub(super) fn open(&mut self, folder: u64, segments: Vec<PathBuf>) {
        (self.folder, self.segments) = (folder, segments.into());
    }

    /// Returns the next segment to read, with the number of its folder.
    pub(super) fn next_segment(&mut self) -> Option<(u64, PathBuf)> {
        Some((self.folder, self.segments.pop_front()?))
    }
}

//! Shared by the load programs: a receiver that costs little processor time and fails on request.

#![allow(clippy::missing_panics_doc, reason = "a load program that panics has failed")]

mod random;
mod receiver;

pub use random::Random;
pub use receiver::{Action, Receiver};

/// Returns the peak memory of this process in MiB, or 0 on systems without `/proc`.
#[must_use]
pub fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1024
}

//! What the load programs share: a receiver that is cheap, and may misbehave.

#![allow(clippy::missing_panics_doc, reason = "a load program that panics has failed")]

mod random;
mod receiver;

pub use random::Random;
pub use receiver::{Act, Receiver};

/// The most memory that this process has had, in MiB; 0 where the system does not tell.
#[must_use]
pub fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1024
}

//! Tests of the order of events: who owns a batch at each moment, and that it has one outcome.
//! Each test forces one order, with a backend that answers when the test lets it.

mod buffers;
mod encode_once;
mod harness;
mod memory_bound;
mod shutdown;
mod slow_network;
mod splitting;
mod spool;
mod spool_order;
mod spool_progress;
#[cfg(unix)]
mod spool_safety;
mod spool_takeover;

use super::destination::{Attempt, PartialSuccess, SendError};

fn accepted() -> Attempt {
    Attempt::Accepted(PartialSuccess::default())
}

fn failure() -> SendError {
    SendError { cause: "status", what: "no".to_owned(), advice: "none".to_owned() }
}

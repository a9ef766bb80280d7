//! Whose a batch is, and that its fate is decided once: each test forces one order of events, with
//! a backend that answers when it is told to.

mod buffers;
mod encode_once;
mod harness;
mod memory_bound;
mod shutdown;
mod slow_network;
mod splitting;
mod spool;
mod spool_takeover;

use super::deliver::{Attempt, Failure, Refused};

fn accepted() -> Attempt {
    Attempt::Accepted(Refused::default())
}

fn failure() -> Failure {
    Failure { cause: "status", what: "no".to_owned(), advice: "none".to_owned() }
}

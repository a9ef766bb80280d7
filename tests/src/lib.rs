//! Helpers: run a program and see its trace as text, and a receiver of OTLP.

#![allow(clippy::missing_panics_doc, reason = "a helper that panics fails its test")]

mod child;
mod collected;
pub mod receiver;
mod temporary;
mod tree;

pub use child::child;
pub use collected::{Collected, Program, block_on, block_on_threads, traced};
pub use receiver::{Certificate, Faulty, Receiver, Reply, reset};
pub use temporary::Temporary;
pub use tree::tree;

//! Helpers: run a program and see its trace as text, and a receiver of OTLP.

#![allow(clippy::missing_panics_doc, reason = "a helper that panics fails its test")]

mod collected;
pub mod receiver;
mod tree;

pub use collected::{Collected, Program, block_on, block_on_threads, traced};
pub use receiver::{Receiver, Reply};
pub use tree::tree;

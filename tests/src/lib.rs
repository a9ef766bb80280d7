//! Helpers: run a program and see its trace as text, and a receiver of OTLP.

mod collected;
pub mod receiver;
mod tree;

pub use collected::{Program, block_on, block_on_threads, traced};
pub use receiver::{Receiver, Reply};
pub use tree::tree;

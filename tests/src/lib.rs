//! Helpers for tests: run a program and read its traces as text, and a receiver of OTLP.

#![allow(clippy::missing_panics_doc, reason = "a helper that panics fails its test")]

mod child;
pub mod delivery;
mod estimate;
mod page;
mod program;
pub mod receiver;
mod temp_folder;
mod tree;

pub use child::{child, child_in_shell, is_child};
pub use estimate::remove_estimate;
pub use page::Page;
pub use program::{InMemoryExporter, Program, block_on, block_on_threads, traced};
pub use receiver::{Certificate, FaultyServer, Phoenix, Receiver, Reply, reset};
pub use temp_folder::TempFolder;
pub use tree::{received_tree, tree};

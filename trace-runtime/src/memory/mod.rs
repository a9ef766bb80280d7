//! Estimates of the memory that spans take, by which the queue is bounded.

mod estimate;

pub(crate) use estimate::{attribute_bytes, estimate, extras_bytes, text_bytes};

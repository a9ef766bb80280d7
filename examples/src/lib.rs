//! Shared by the examples: a model client, and a stub of an OpenAI-compatible service.

mod model;
pub mod stub;

pub use model::Model;

//! What the examples share: a model to talk to, and a stub of one.

mod model;
pub mod stub;

pub use model::Model;

//! Shared by the examples with `async-openai`: a client for the model of [`examples`].

mod model;

pub use model::Model;

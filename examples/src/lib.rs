//! Shared by the examples: a model client, a stub of an OpenAI-compatible service, and the page.

mod model;
mod page;
pub mod stub;

pub use model::Model;
pub use page::with_page;

//! The APIs of `OpenAI`.

mod built_in;
pub(super) mod chat;
pub(super) mod completions;
pub(super) mod embeddings;
mod items;
pub(super) mod messages;
pub(super) mod parts;
pub(super) mod responses;
pub(super) mod responses_stream;

//! The APIs of Cohere.

pub(super) mod chat;
pub(super) mod chat_v1;
pub(super) mod embed;
pub(super) mod rerank;

//! What every API says in its own words: one model for all of them.

use crate::record::{
    AssistantMessage, Document, Embedding, Json, Message, TokenCount, ToolDefinition,
};
use serde_json::{Map, Value};

/// The request of a chat or a completion.
#[derive(Debug, Default)]
pub(super) struct ChatRequest {
    pub(super) messages: Vec<Message>,
    pub(super) tools: Vec<ToolDefinition>,
    pub(super) parameters: Option<Json>,
    pub(super) model: Option<String>,
    pub(super) vendor: Vendor,
}

/// The response to it.
#[derive(Debug, Default)]
pub(super) struct ChatResponse {
    pub(super) messages: Vec<AssistantMessage>,
    pub(super) finish_reason: Option<String>,
    pub(super) tokens: Option<TokenCount>,
    pub(super) model: Option<String>,
    pub(super) vendor: Vendor,
}

/// What a shape alone proves. Nothing, where several vendors and servers speak it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Vendor {
    /// Whose model it is.
    pub(super) system: Option<&'static str>,
    /// Who served it.
    pub(super) provider: Option<&'static str>,
}

/// The request of an embedding, and the response to it.
#[derive(Debug, Default)]
pub(super) struct EmbeddingCall {
    pub(super) embeddings: Vec<Embedding>,
    pub(super) parameters: Option<Json>,
    pub(super) model: Option<String>,
    pub(super) tokens: Option<TokenCount>,
}

/// The request of a ranking.
#[derive(Debug)]
pub(super) struct RerankRequest {
    pub(super) query: String,
    pub(super) documents: Vec<Document>,
    pub(super) model: Option<String>,
    pub(super) top_k: Option<u64>,
}

/// A place in a ranking: which of the given documents, its score, and the document if the response
/// repeats it.
#[derive(Debug)]
pub(super) struct Ranked {
    pub(super) index: usize,
    pub(super) score: f64,
    pub(super) document: Option<Document>,
}

/// All fields of a request but those that have attributes of their own. A request that does not
/// name its model may be arguments that happen to look like one: then nothing.
pub(super) fn parameters(
    model: Option<&str>,
    model_field: &str,
    mut rest: Map<String, Value>,
) -> Option<Json> {
    rest.retain(|_, value| !value.is_null());
    rest.insert(model_field.to_owned(), model?.into());
    Some(Value::Object(rest).into())
}

//! Meaning from shape: what the JSON of a known API says, as attributes.
//!
//! LLM clients differ; the JSON they exchange with an API does not. The input and the output of a
//! span are compared with the requests, the responses and the stream chunks of the known APIs, and
//! what they say is added where nothing was set by hand. What other crates say in the GenAI
//! conventions of OpenTelemetry is said in OpenInference too.

mod arguments;
mod chat;
mod embedding;
mod exporter;
mod gen_ai;
mod limit;
mod model_family;
mod neutral;
mod providers;
mod rerank;
mod span;
mod stages;
mod turn;
mod wire;

pub use exporter::EnrichExporter;
use gen_ai::add_twins;
pub(crate) use limit::Limits;
use span::enrich;
pub(crate) use stages::Transform;

/// The names by which the files beside this one call `providers` and `wire`.
mod shapes {
    pub(super) use super::providers::{
        assemble_chat_stream as chat_joined, chat_request, chat_response, embedding_request,
        embedding_response, rerank_request, rerank_response,
    };
}

mod raw {
    pub(super) use super::wire::recorded_body::{parse as read, parse_json as json};
}

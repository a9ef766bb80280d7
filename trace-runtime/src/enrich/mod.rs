//! Meaning from shape: what the JSON of a known API says, as attributes.
//!
//! LLM clients differ; the JSON they exchange with an API does not. The input and the output of a
//! span are compared with the requests, the responses and the stream chunks of the known APIs, and
//! what they say is added where nothing was set by hand. What other crates say in the GenAI
//! conventions of OpenTelemetry is said in OpenInference too.

mod chat;
mod embedding;
mod exporter;
mod find_request;
mod gen_ai;
mod limit;
mod merge;
mod message_builder;
mod model;
mod model_family;
mod quiet;
mod raw;
mod rerank;
mod shapes;
mod span;
mod stages;

pub use exporter::EnrichExporter;
use gen_ai::add_twins;
pub(crate) use limit::Limits;
use span::enrich;
pub(crate) use stages::Transform;

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
use providers as shapes;
use span::enrich;
pub(crate) use stages::Transform;
use wire::recorded_body as raw;

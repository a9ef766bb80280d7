//! Derives attributes from the JSON that an LLM client exchanges with its API.
//!
//! LLM clients differ, but the JSON they send and receive does not. The input and the output of a
//! span are compared with the requests, the responses and the stream chunks of the known APIs. A
//! match becomes OpenInference attributes: messages, tool calls, model names, token counts.
//! Attributes that the program sets explicitly always take precedence.
//!
//! A registration does this by itself. [`EnrichExporter`] does it for a tracer provider that your
//! application builds.

// The modules, in the order in which a span meets them:
//
// | `stages`, `exporter` | the order of the stages, and the exporter that runs them elsewhere |
// | `ended_span` | a span of a batch, as a record or with a list of attributes |
// | `span` | one span: parses its values and calls the module of its kind |
// | `counted_once` | removes token counts that repeat those of descendants |
// | `cost` | the cost that a response states, or that a table of prices gives |
// | `chat`, `embedding`, `rerank` | attributes of LLM, EMBEDDING and RERANKER spans |
// | `described_fields` | the fields of a crate that has its own names |
// | `find_request` | finds the request among the arguments of a function |
// | `providers` | the requests and responses of each API, converted into the types of `api` |
// | `wire` | reads recorded JSON: text, bytes, events and chunks |
// | `gen_ai` | translates to and from OpenTelemetry's GenAI conventions |
// | `additions` | attributes that a single backend needs |
// | `limit` | the last stage, which cuts spans that are too large |

mod additions;
mod api;
mod chat;
mod cost;
mod counted_once;
mod described_fields;
mod embedding;
mod ended_span;
mod exporter;
mod find_request;
mod gen_ai;
mod limit;
mod message_builder;
mod model_family;
mod providers;
mod rerank;
mod rfc3339;
mod span;
mod stages;
#[cfg(test)]
mod test_span;
mod wire;

pub(crate) use additions::{Addition, Additions, EMBEDDING, From, On, RERANKER, copy, first_token};
pub(crate) use cost::Prices;
pub(crate) use counted_once::CountedOnce;
pub(crate) use ended_span::EndedSpan;
pub use exporter::EnrichExporter;
use gen_ai::add_gen_ai_attributes;
pub(crate) use limit::Limits;
use span::enrich;
pub(crate) use stages::Stages;

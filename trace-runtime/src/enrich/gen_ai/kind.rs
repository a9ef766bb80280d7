//! Maps the operations of the GenAI conventions to the span kinds of OpenInference.

use super::attribute_view::AttributeView;
use crate::openinference::OpenInferenceSpanKind as Kind;
use crate::openinference::keys::{self, gen_ai};

/// Returns the OpenInference span kind of a span with `gen_ai.*` attributes.
///
/// Version 1.27 of the conventions added `gen_ai.operation.name` to spans. A span without it is
/// classified by its other attributes. The name of an agent is the last of them, because the calls
/// of models and tools may also name the agent that made them.
pub(super) fn from_gen_ai(span: &AttributeView<'_>) -> Kind {
    let has = |names| span.value(names).is_some();
    match span.text(gen_ai::OPERATION) {
        Some(operation) => from_operation(operation),
        None if has(gen_ai::TOOL_NAME) => Kind::Tool,
        None if has(gen_ai::REQUEST_MODEL) || has(gen_ai::RESPONSE_MODEL) => Kind::Llm,
        None if has(gen_ai::AGENT_NAME) => Kind::Agent,
        None => Kind::Chain,
    }
}

fn from_operation(operation: &str) -> Kind {
    match operation {
        // The last four are not in the conventions, but crates record model calls with them.
        "chat" | "generate_content" | "text_completion" | "completion" | "transcription"
        | "image_generation" | "audio_generation" => Kind::Llm,
        // `embed` and `rerank` are not in the conventions either.
        "embeddings" | "embed" => Kind::Embedding,
        "rerank" => Kind::Reranker,
        "retrieval" => Kind::Retriever,
        "execute_tool" => Kind::Tool,
        "invoke_agent" | "create_agent" => Kind::Agent,
        // `invoke_workflow`, `plan`, the operations on memories, and operations of the future.
        _ => Kind::Chain,
    }
}

/// Returns `gen_ai.operation.name` for a span kind, or `None` for kinds that the conventions have
/// no operation for, such as CHAIN.
///
/// An LLM span that has prompts or choices of the legacy completions API is a `text_completion`.
pub(super) fn operation(span: &AttributeView<'_>, kind: &str) -> Option<&'static str> {
    const OPERATIONS: [(Kind, &str); 5] = [
        (Kind::Llm, "chat"),
        (Kind::Embedding, "embeddings"),
        (Kind::Retriever, "retrieval"),
        (Kind::Tool, "execute_tool"),
        (Kind::Agent, "invoke_agent"),
    ];
    let completion = [keys::LLM_PROMPTS, keys::LLM_CHOICES];
    if completion.iter().any(|key| !span.indexed_items(key).is_empty()) {
        return Some("text_completion");
    }
    OPERATIONS.iter().find(|(each, _)| each.as_str() == kind).map(|(_, operation)| *operation)
}

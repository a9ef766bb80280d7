//! The operations of the GenAI conventions and the span kinds of OpenInference.

use super::attribute_view::Flat;
use crate::openinference::OpenInferenceSpanKind as Kind;
use crate::openinference::keys::{self, gen_ai};

/// What a span with `gen_ai` attributes stands for: what its operation says, or else its contents.
pub(super) fn of(span: &Flat<'_>) -> Kind {
    let has = |names| span.value(names).is_some();
    match span.text(gen_ai::OPERATION) {
        Some(operation) => of_operation(operation),
        None if has(gen_ai::TOOL_NAME) => Kind::Tool,
        None if has(gen_ai::REQUEST_MODEL) || has(gen_ai::RESPONSE_MODEL) => Kind::Llm,
        None if has(gen_ai::AGENT_NAME) => Kind::Agent,
        None => Kind::Chain,
    }
}

fn of_operation(operation: &str) -> Kind {
    match operation {
        // The last four are not of the conventions, but calls of a model that crates name so.
        "chat" | "generate_content" | "text_completion" | "completion" | "transcription"
        | "image_generation" | "audio_generation" => Kind::Llm,
        "embeddings" | "embed" => Kind::Embedding,
        "rerank" => Kind::Reranker,
        "retrieval" => Kind::Retriever,
        "execute_tool" => Kind::Tool,
        "invoke_agent" | "create_agent" => Kind::Agent,
        // Workflows, plans, memories.
        _ => Kind::Chain,
    }
}

/// The operation of a span of this kind, where there is one.
pub(super) fn operation(span: &Flat<'_>, kind: &str) -> Option<&'static str> {
    const OPERATIONS: [(Kind, &str); 5] = [
        (Kind::Llm, "chat"),
        (Kind::Embedding, "embeddings"),
        (Kind::Retriever, "retrieval"),
        (Kind::Tool, "execute_tool"),
        (Kind::Agent, "invoke_agent"),
    ];
    let completed = [keys::LLM_PROMPTS, keys::LLM_CHOICES];
    if completed.iter().any(|key| !span.list(key).is_empty()) {
        return Some("text_completion");
    }
    OPERATIONS.iter().find(|(each, _)| each.as_str() == kind).map(|(_, operation)| *operation)
}

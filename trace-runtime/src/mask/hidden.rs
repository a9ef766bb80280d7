//! Which attributes each switch hides.

use super::switch::Hidden;
use super::switch::Hidden::{
    Choices, EmbeddingsText, EmbeddingsVectors, InputImages, InputMessages, InputText, Inputs,
    LlmInvocationParameters, LlmTools, OutputMessages, OutputText, Outputs, Prompts,
    RetrievalDocuments,
};
use crate::OpenInferenceSpanKind as Kind;
use crate::semconv::{self, gen_ai};
use std::collections::HashSet;

/// What becomes of an attribute; the later wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Action {
    Keep,
    Redact,
    Drop,
}

use Action::{Drop, Redact};

/// Keys that begin so, the switches of which one is enough, and what they do. Keys that begin with
/// a longer text are hidden by that rule too.
const RULES: &[(&str, &[Hidden], Action)] = &[
    (semconv::INPUT_VALUE, &[Inputs], Redact),
    (semconv::INPUT_MIME_TYPE, &[Inputs], Drop),
    (semconv::INPUT_IMAGES, &[Inputs, InputImages], Drop),
    (semconv::INPUT_DOCUMENTS, &[Inputs], Drop),
    (semconv::LLM_INPUT_MESSAGES, &[Inputs, InputMessages], Drop),
    (semconv::LLM_TOOLS, &[Inputs, LlmTools], Drop),
    (semconv::LLM_INVOCATION_PARAMETERS, &[Inputs, LlmInvocationParameters], Drop),
    (semconv::LLM_PROMPTS, &[Inputs, Prompts], Redact),
    (semconv::PROMPT_TEMPLATE, &[Inputs, Prompts], Redact),
    (semconv::PROMPT_TEMPLATE_VARIABLES, &[Inputs, Prompts], Redact),
    (semconv::TOOL_PARAMETERS, &[Inputs], Drop),
    (semconv::EMBEDDING_INVOCATION_PARAMETERS, &[Inputs, LlmInvocationParameters], Drop),
    (semconv::RERANKER_QUERY, &[Inputs], Redact),
    (semconv::RERANKER_INPUT_DOCUMENTS, &[Inputs], Drop),
    (semconv::OUTPUT_VALUE, &[Outputs], Redact),
    (semconv::OUTPUT_MIME_TYPE, &[Outputs], Drop),
    (semconv::OUTPUT_IMAGES, &[Outputs], Drop),
    (semconv::OUTPUT_DOCUMENTS, &[Outputs], Drop),
    (semconv::LLM_OUTPUT_MESSAGES, &[Outputs, OutputMessages], Drop),
    (semconv::LLM_CHOICES, &[Outputs, Choices], Redact),
    (semconv::LLM_FUNCTION_CALL, &[Outputs, OutputMessages], Drop),
    (semconv::RERANKER_OUTPUT_DOCUMENTS, &[Outputs], Drop),
    (semconv::RETRIEVAL_DOCUMENTS, &[Outputs, RetrievalDocuments], Redact),
    (gen_ai::INPUT_MESSAGES_KEY, &[Inputs, InputMessages, InputText, InputImages], Drop),
    (gen_ai::SYSTEM_INSTRUCTIONS_KEY, &[Inputs, InputMessages, InputText], Drop),
    (gen_ai::PROMPT_KEY, &[Inputs, InputMessages, InputText, InputImages, Prompts], Drop),
    (gen_ai::CONTENT_PROMPT_KEY, &[Inputs, InputMessages, InputText, InputImages, Prompts], Drop),
    (gen_ai::REQUEST, &[Inputs, LlmInvocationParameters], Drop),
    (gen_ai::TOOL_DEFINITIONS_KEY, &[Inputs, LlmTools], Drop),
    (gen_ai::TOOL_CALL_ARGUMENTS_KEY, &[Inputs], Drop),
    (gen_ai::RETRIEVAL_QUERY_KEY, &[Inputs], Drop),
    (gen_ai::OUTPUT_MESSAGES_KEY, &[Outputs, OutputMessages, OutputText], Drop),
    (gen_ai::COMPLETION_KEY, &[Outputs, OutputMessages, OutputText, Choices], Drop),
    (gen_ai::CONTENT_COMPLETION_KEY, &[Outputs, OutputMessages, OutputText, Choices], Drop),
    (gen_ai::TOOL_CALL_RESULT_KEY, &[Outputs], Drop),
    (gen_ai::EVALUATION_EXPLANATION_KEY, &[Outputs], Drop),
    (gen_ai::RETRIEVAL_DOCUMENTS_KEY, &[Outputs, RetrievalDocuments], Drop),
    // What went wrong may quote what went in and what came out.
    (semconv::EXCEPTION_MESSAGE, &[Inputs, Outputs], Redact),
    (semconv::EXCEPTION_STACKTRACE, &[Inputs, Outputs], Redact),
    (semconv::STATUS_DESCRIPTION, &[Inputs, Outputs], Redact),
];

/// What the raw value of a span of this kind holds beside its parts: as soon as one of those is
/// hidden, so is the whole, since it cannot be taken out reliably.
const RAW: &[(Kind, &str, &[Hidden])] = &[
    (
        Kind::Llm,
        semconv::INPUT_VALUE,
        &[InputMessages, InputText, InputImages, Prompts, LlmInvocationParameters, LlmTools],
    ),
    (Kind::Llm, semconv::OUTPUT_VALUE, &[OutputMessages, OutputText, Choices]),
    (Kind::Retriever, semconv::OUTPUT_VALUE, &[RetrievalDocuments]),
    (Kind::Embedding, semconv::INPUT_VALUE, &[EmbeddingsText]),
    (Kind::Embedding, semconv::OUTPUT_VALUE, &[EmbeddingsVectors]),
];

/// What the switches make of an attribute of a span, or of one of its events.
pub(super) fn action(
    key: &str,
    event: &str,
    kind: Option<Kind>,
    hidden: &HashSet<Hidden>,
) -> Action {
    if hidden.is_empty() || is_kept(key) {
        return Action::Keep;
    }
    let is_on = |switches: &[Hidden]| switches.iter().any(|switch| hidden.contains(switch));
    let rules = RULES.iter().filter(|(prefix, on, _)| key.starts_with(prefix) && is_on(on));
    // A span whose kind is not known may be of any.
    let matches_kind = |of: &Kind| kind.is_none_or(|kind| kind == *of);
    let raw = RAW.iter().any(|(of, raw, on)| matches_kind(of) && key == *raw && is_on(on));
    let is_both = hidden.contains(&Inputs) && hidden.contains(&Outputs);
    let part = match key {
        _ if event.starts_with(gen_ai::NAMESPACE) => is_on(&[Inputs, Outputs]).then_some(Drop),
        semconv::EXCEPTION_TYPE => None,
        // What other events say may be anything.
        _ if !event.is_empty() || key == semconv::METADATA => is_both.then_some(Redact),
        _ => part_of_a_list(key, hidden),
    };
    rules
        .map(|(.., action)| *action)
        .chain(raw.then_some(Redact))
        .chain(part)
        .max()
        .unwrap_or(Action::Keep)
}

/// Part of a hidden whole that says nothing of it.
fn is_kept(key: &str) -> bool {
    let in_documents = key.starts_with(semconv::RETRIEVAL_DOCUMENTS);
    key == gen_ai::REQUEST_MODEL_KEY
        || key == semconv::PROMPT_TEMPLATE_VERSION
        || in_documents
            && (key.ends_with(semconv::DOCUMENT_ID) || key.ends_with(semconv::DOCUMENT_SCORE))
}

/// How the keys end that hold text of a message.
const TEXTS: [&str; 6] = [
    semconv::MESSAGE_CONTENT,
    semconv::MESSAGE_CONTENT_TEXT,
    semconv::DOCUMENT_CONTENT,
    semconv::DOCUMENT_NAME,
    semconv::AUDIO_TRANSCRIPT,
    semconv::TOOL_CALL_ARGUMENTS,
];

/// What is hidden of a message, or of an embedding, whatever its place in the list.
fn part_of_a_list(key: &str, hidden: &HashSet<Hidden>) -> Option<Action> {
    let is_text = || TEXTS.iter().any(|text| key.ends_with(text));
    let of = |switch, action| hidden.contains(&switch).then_some(action);
    if key.starts_with(semconv::LLM_INPUT_MESSAGES) {
        let image = key.contains(semconv::MESSAGE_CONTENT_IMAGE);
        let image = image.then(|| of(InputImages, Drop)).flatten();
        image.or_else(|| is_text().then(|| of(InputText, Redact)).flatten())
    } else if key.starts_with(semconv::LLM_OUTPUT_MESSAGES) {
        is_text().then(|| of(OutputText, Redact)).flatten()
    } else if key.starts_with(semconv::EMBEDDINGS) {
        if key.ends_with(semconv::EMBEDDING_VECTOR) {
            of(EmbeddingsVectors, Redact).or(of(Outputs, Redact))
        } else {
            of(EmbeddingsText, Redact).or(of(Inputs, Redact))
        }
    } else {
        None
    }
}

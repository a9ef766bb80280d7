//! Which attributes each switch hides.

use crate::openinference::OpenInferenceSpanKind as Kind;
use crate::openinference::keys::{self, gen_ai};
use Hidden::{
    Choices, EmbeddingsText, EmbeddingsVectors, InputImages, InputMessages, InputText, Inputs,
    LlmInvocationParameters, LlmTools, OutputMessages, OutputText, Outputs, Prompts,
    RetrievalDocuments,
};
use std::collections::HashSet;

macro_rules! switches {
    ($($switch:ident => [$($variable:literal),+],)*) => {
        /// A switch.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(super) enum Hidden {
            $($switch,)*
        }

        impl Hidden {
            pub(super) const ALL: &[Hidden] = &[$(Hidden::$switch,)*];

            /// The variables that set it, an older name last.
            pub(super) fn variables(self) -> &'static [&'static str] {
                match self {
                    $(Hidden::$switch => &[$($variable),+],)*
                }
            }
        }
    };
}

switches! {
    Inputs => ["OPENINFERENCE_HIDE_INPUTS"],
    Outputs => ["OPENINFERENCE_HIDE_OUTPUTS"],
    InputMessages => ["OPENINFERENCE_HIDE_INPUT_MESSAGES"],
    OutputMessages => ["OPENINFERENCE_HIDE_OUTPUT_MESSAGES"],
    InputImages => ["OPENINFERENCE_HIDE_INPUT_IMAGES"],
    InputText => ["OPENINFERENCE_HIDE_INPUT_TEXT"],
    OutputText => ["OPENINFERENCE_HIDE_OUTPUT_TEXT"],
    Prompts => ["OPENINFERENCE_HIDE_PROMPTS"],
    Choices => ["OPENINFERENCE_HIDE_CHOICES"],
    LlmInvocationParameters => ["OPENINFERENCE_HIDE_LLM_INVOCATION_PARAMETERS"],
    LlmTools => ["OPENINFERENCE_HIDE_LLM_TOOLS"],
    RetrievalDocuments => ["OPENINFERENCE_HIDE_RETRIEVAL_DOCUMENTS"],
    EmbeddingsVectors =>
        ["OPENINFERENCE_HIDE_EMBEDDINGS_VECTORS", "OPENINFERENCE_HIDE_EMBEDDING_VECTORS"],
    EmbeddingsText => ["OPENINFERENCE_HIDE_EMBEDDINGS_TEXT"],
}

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
    (keys::INPUT_VALUE, &[Inputs], Redact),
    (keys::INPUT_MIME_TYPE, &[Inputs], Drop),
    (keys::INPUT_IMAGES, &[Inputs, InputImages], Drop),
    (keys::INPUT_DOCUMENTS, &[Inputs], Drop),
    (keys::LLM_INPUT_MESSAGES, &[Inputs, InputMessages], Drop),
    (keys::LLM_TOOLS, &[Inputs, LlmTools], Drop),
    (keys::LLM_INVOCATION_PARAMETERS, &[Inputs, LlmInvocationParameters], Drop),
    (keys::LLM_PROMPTS, &[Inputs, Prompts], Redact),
    (keys::PROMPT_TEMPLATE, &[Inputs, Prompts], Redact),
    (keys::PROMPT_TEMPLATE_VARIABLES, &[Inputs, Prompts], Redact),
    (keys::TOOL_PARAMETERS, &[Inputs], Drop),
    (keys::EMBEDDING_INVOCATION_PARAMETERS, &[Inputs, LlmInvocationParameters], Drop),
    (keys::RERANKER_QUERY, &[Inputs], Redact),
    (keys::RERANKER_INPUT_DOCUMENTS, &[Inputs], Drop),
    (keys::OUTPUT_VALUE, &[Outputs], Redact),
    (keys::OUTPUT_MIME_TYPE, &[Outputs], Drop),
    (keys::OUTPUT_IMAGES, &[Outputs], Drop),
    (keys::OUTPUT_DOCUMENTS, &[Outputs], Drop),
    (keys::LLM_OUTPUT_MESSAGES, &[Outputs, OutputMessages], Drop),
    (keys::LLM_CHOICES, &[Outputs, Choices], Redact),
    (keys::LLM_FUNCTION_CALL, &[Outputs, OutputMessages], Drop),
    (keys::RERANKER_OUTPUT_DOCUMENTS, &[Outputs], Drop),
    (keys::RETRIEVAL_DOCUMENTS, &[Outputs, RetrievalDocuments], Redact),
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
    (keys::EXCEPTION_MESSAGE, &[Inputs, Outputs], Redact),
    (keys::EXCEPTION_STACKTRACE, &[Inputs, Outputs], Redact),
    (keys::STATUS_DESCRIPTION, &[Inputs, Outputs], Redact),
];

/// What the raw value of a span of this kind holds beside its parts: as soon as one of those is
/// hidden, so is the whole, since it cannot be taken out reliably.
const RAW: &[(Kind, &str, &[Hidden])] = &[
    (
        Kind::Llm,
        keys::INPUT_VALUE,
        &[InputMessages, InputText, InputImages, Prompts, LlmInvocationParameters, LlmTools],
    ),
    (Kind::Llm, keys::OUTPUT_VALUE, &[OutputMessages, OutputText, Choices]),
    (Kind::Retriever, keys::OUTPUT_VALUE, &[RetrievalDocuments]),
    (Kind::Embedding, keys::INPUT_VALUE, &[EmbeddingsText]),
    (Kind::Embedding, keys::OUTPUT_VALUE, &[EmbeddingsVectors]),
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
        keys::EXCEPTION_TYPE => None,
        // What other events say may be anything.
        _ if !event.is_empty() || key == keys::METADATA => is_both.then_some(Redact),
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
    let in_documents = key.starts_with(keys::RETRIEVAL_DOCUMENTS);
    key == gen_ai::REQUEST_MODEL_KEY
        || key == keys::PROMPT_TEMPLATE_VERSION
        || in_documents && (key.ends_with(keys::DOCUMENT_ID) || key.ends_with(keys::DOCUMENT_SCORE))
}

/// How the keys end that hold text of a message.
const TEXTS: [&str; 6] = [
    keys::MESSAGE_CONTENT,
    keys::MESSAGE_CONTENT_TEXT,
    keys::DOCUMENT_CONTENT,
    keys::DOCUMENT_NAME,
    keys::AUDIO_TRANSCRIPT,
    keys::TOOL_CALL_ARGUMENTS,
];

/// What is hidden of a message, or of an embedding, whatever its place in the list.
fn part_of_a_list(key: &str, hidden: &HashSet<Hidden>) -> Option<Action> {
    let is_text = || TEXTS.iter().any(|text| key.ends_with(text));
    let of = |switch, action| hidden.contains(&switch).then_some(action);
    if key.starts_with(keys::LLM_INPUT_MESSAGES) {
        let image = key.contains(keys::MESSAGE_CONTENT_IMAGE);
        let image = image.then(|| of(InputImages, Drop)).flatten();
        image.or_else(|| is_text().then(|| of(InputText, Redact)).flatten())
    } else if key.starts_with(keys::LLM_OUTPUT_MESSAGES) {
        is_text().then(|| of(OutputText, Redact)).flatten()
    } else if key.starts_with(keys::EMBEDDINGS) {
        if key.ends_with(keys::EMBEDDING_VECTOR) {
            of(EmbeddingsVectors, Redact).or(of(Outputs, Redact))
        } else {
            of(EmbeddingsText, Redact).or(of(Inputs, Redact))
        }
    } else {
        None
    }
}

//! The switches of OpenInference, and the attributes that each of them hides.
//!
//! The names and effects are those of the Python implementation (`TraceConfig` in
//! `openinference-instrumentation`). Where that one leaves a copy of hidden content in another
//! attribute (invocation parameters, templates, exception messages, the raw `input.value`), this
//! one hides the copy as well.

use crate::openinference::OpenInferenceSpanKind as Kind;
use crate::openinference::keys::{self, gen_ai};
use Action::{Drop, Redact};
use Switch::{
    Choices, EmbeddingsText, EmbeddingsVectors, InputImages, InputMessages, InputText, Inputs,
    LlmInvocationParameters, LlmTools, OutputMessages, OutputText, Outputs, Prompts,
    RetrievalDocuments,
};
use std::collections::HashSet;

macro_rules! switches {
    ($($switch:ident => [$($variable:literal),+],)*) => {
        /// A part of spans that can be hidden.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(super) enum Switch {
            $($switch,)*
        }

        impl Switch {
            pub(super) const ALL: &[Switch] = &[$(Switch::$switch,)*];

            /// Returns the environment variables of the switch, the current name first.
            pub(super) fn variables(self) -> &'static [&'static str] {
                match self {
                    $(Switch::$switch => &[$($variable),+],)*
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
    // The singular is the older name.
    EmbeddingsVectors =>
        ["OPENINFERENCE_HIDE_EMBEDDINGS_VECTORS", "OPENINFERENCE_HIDE_EMBEDDING_VECTORS"],
    EmbeddingsText => ["OPENINFERENCE_HIDE_EMBEDDINGS_TEXT"],
}

/// The effect of the switches on an attribute, in order of strength: if several rules match, the
/// greatest wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Action {
    /// Export the value.
    Keep,
    /// Export `__REDACTED__` instead, so that a reader sees that there was a value.
    Redact,
    /// Do not export the attribute.
    Drop,
}

/// Prefixes of keys, the switches of which at least one must be on, and the effect. The rule of a
/// prefix holds for all longer keys too, such as `llm.tools.0.tool.name` for `llm.tools`.
const RULES: &[(&str, &[Switch], Action)] = &[
    // Inputs. Single values are redacted. Lists are dropped, since their keys alone tell how many
    // messages and documents there were, except where the Python implementation redacts their items
    // (prompts, choices, retrieved documents).
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
    // Outputs.
    (keys::OUTPUT_VALUE, &[Outputs], Redact),
    (keys::OUTPUT_MIME_TYPE, &[Outputs], Drop),
    (keys::OUTPUT_IMAGES, &[Outputs], Drop),
    (keys::OUTPUT_DOCUMENTS, &[Outputs], Drop),
    (keys::LLM_OUTPUT_MESSAGES, &[Outputs, OutputMessages], Drop),
    (keys::LLM_CHOICES, &[Outputs, Choices], Redact),
    (keys::LLM_FUNCTION_CALL, &[Outputs, OutputMessages], Drop),
    (keys::RERANKER_OUTPUT_DOCUMENTS, &[Outputs], Drop),
    (keys::RETRIEVAL_DOCUMENTS, &[Outputs, RetrievalDocuments], Redact),
    // The GenAI conventions put a whole list of messages into one JSON text, from which parts
    // cannot be removed reliably. Each switch for a part drops the list.
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
    // Error messages often quote the input or the output.
    (keys::EXCEPTION_MESSAGE, &[Inputs, Outputs], Redact),
    (keys::EXCEPTION_STACKTRACE, &[Inputs, Outputs], Redact),
    (keys::STATUS_DESCRIPTION, &[Inputs, Outputs], Redact),
];

/// The raw values that contain a second copy of hidden parts, by kind of span: `input.value` of an
/// LLM span is the request with all messages in it. If one of the parts is hidden, the raw value is
/// redacted as a whole, since parts cannot be removed from JSON of unknown shape reliably.
const RAW_VALUES: &[(Kind, &str, &[Switch])] = &[
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

/// Returns the effect of the switches in `hidden` on an attribute of a span, or of the event with
/// the name `event` (empty for a span).
pub(super) fn action(
    key: &str,
    event: &str,
    kind: Option<Kind>,
    hidden: &HashSet<Switch>,
) -> Action {
    if hidden.is_empty() || is_exempt(key) {
        return Action::Keep;
    }
    let is_on = |switches: &[Switch]| switches.iter().any(|switch| hidden.contains(switch));
    let rules = RULES.iter().filter(|(prefix, on, _)| key.starts_with(prefix) && is_on(on));
    // A span of unknown kind may be of any kind, so all rows apply to it.
    let matches_kind = |of: &Kind| kind.is_none_or(|kind| kind == *of);
    let raw = RAW_VALUES.iter().any(|(of, raw, on)| matches_kind(of) && key == *raw && is_on(on));
    let hides_both = hidden.contains(&Inputs) && hidden.contains(&Outputs);
    let special = match key {
        // `gen_ai.user.message`, `gen_ai.choice` ..: events that are messages.
        _ if event.starts_with(gen_ai::NAMESPACE) => is_on(&[Inputs, Outputs]).then_some(Drop),
        keys::EXCEPTION_TYPE => None,
        // Other events and the metadata may hold input and output alike.
        _ if !event.is_empty() || key == keys::METADATA => hides_both.then_some(Redact),
        _ => list_item_action(key, hidden),
    };
    rules
        .map(|(.., action)| *action)
        .chain(raw.then_some(Redact))
        .chain(special)
        .max()
        .unwrap_or(Action::Keep)
}

/// Returns true for keys that a rule's prefix matches although their values reveal no content.
fn is_exempt(key: &str) -> bool {
    let in_documents = key.starts_with(keys::RETRIEVAL_DOCUMENTS);
    key == gen_ai::REQUEST_MODEL_KEY
        || key == keys::PROMPT_TEMPLATE_VERSION
        || in_documents && (key.ends_with(keys::DOCUMENT_ID) || key.ends_with(keys::DOCUMENT_SCORE))
}

/// The ends of keys that hold text of a message.
const MESSAGE_TEXT_SUFFIXES: [&str; 6] = [
    keys::MESSAGE_CONTENT,
    keys::MESSAGE_CONTENT_TEXT,
    keys::DOCUMENT_CONTENT,
    keys::DOCUMENT_NAME,
    keys::AUDIO_TRANSCRIPT,
    keys::TOOL_CALL_ARGUMENTS,
];

/// Returns the effect on one field of a message or an embedding. Such keys have an index in the
/// middle (`llm.input_messages.3.message.content`), so these rules compare both ends of a key.
fn list_item_action(key: &str, hidden: &HashSet<Switch>) -> Option<Action> {
    let is_text = || MESSAGE_TEXT_SUFFIXES.iter().any(|suffix| key.ends_with(suffix));
    let if_on = |switch, action| hidden.contains(&switch).then_some(action);
    if key.starts_with(keys::LLM_INPUT_MESSAGES) {
        let image = key.contains(keys::MESSAGE_CONTENT_IMAGE);
        let image = image.then(|| if_on(InputImages, Drop)).flatten();
        image.or_else(|| is_text().then(|| if_on(InputText, Redact)).flatten())
    } else if key.starts_with(keys::LLM_OUTPUT_MESSAGES) {
        is_text().then(|| if_on(OutputText, Redact)).flatten()
    } else if key.starts_with(keys::EMBEDDINGS) {
        // The list is input and output at once: texts belong to the input, vectors to the output.
        if key.ends_with(keys::EMBEDDING_VECTOR) {
            if_on(EmbeddingsVectors, Redact).or(if_on(Outputs, Redact))
        } else {
            if_on(EmbeddingsText, Redact).or(if_on(Inputs, Redact))
        }
    } else {
        None
    }
}

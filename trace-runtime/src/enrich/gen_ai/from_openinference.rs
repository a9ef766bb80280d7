//! Adds the GenAI attributes that repeat the OpenInference attributes of a span.

use super::attribute_view::AttributeView;
use super::{kind, message_json, provider, retrieval};
use crate::openinference::OpenInferenceSpanKind as Kind;
use crate::openinference::add_missing;
use crate::openinference::keys::{self, gen_ai};
use crate::panic::catch;
use crate::record::AttributeValue;
use opentelemetry::KeyValue;
use opentelemetry_sdk::trace::SpanData;
use serde_json::Value;

/// The attributes to add.
#[derive(Default)]
struct GenAiAttributes(Vec<KeyValue>);

impl GenAiAttributes {
    /// Sets an attribute under the first of its names, which is the current one. `None` sets
    /// nothing.
    fn set(&mut self, names: gen_ai::Names, value: impl AttributeValue) {
        if let (Some(name), Some(value)) = (names.first(), value.attribute_value()) {
            self.0.push(KeyValue::new(*name, value));
        }
    }
}

/// Adds `gen_ai.*` attributes to a span that has an OpenInference span kind. Attributes that the
/// span already has are kept, so a program can set `gen_ai.*` attributes explicitly.
///
/// A panic loses only these attributes; the span is exported in any case.
pub(crate) fn add_gen_ai_attributes(span: &mut SpanData) {
    if let Ok(added) = catch(|| gen_ai_attributes(&AttributeView::new(&span.attributes))) {
        add_missing(&mut span.attributes, added.0);
    }
}

fn gen_ai_attributes(view: &AttributeView<'_>) -> GenAiAttributes {
    let mut added = GenAiAttributes::default();
    let Some(kind) = view.text(&[keys::SPAN_KIND]) else { return added };
    added.set(gen_ai::OPERATION, kind::operation(view, kind));
    added.set(gen_ai::CONVERSATION_ID, view.text(&[keys::SESSION_ID]));
    added.set(gen_ai::AGENT_NAME, view.text(&[keys::AGENT_NAME]));
    let is = |each: Kind| kind == each.as_str();
    if is(Kind::Llm) || is(Kind::Embedding) || is(Kind::Reranker) {
        model(&mut added, view);
        tokens(&mut added, view);
    }
    if is(Kind::Llm) {
        llm(&mut added, view);
    } else if is(Kind::Tool) {
        tool(&mut added, view);
    } else if is(Kind::Retriever) {
        added.set(gen_ai::RETRIEVAL_QUERY, query(view));
        added.set(gen_ai::RETRIEVAL_DOCUMENTS, retrieval::documents_json(view));
    } else if is(Kind::Embedding) {
        // The conventions record the length of a vector, but not the vector.
        let first = view.indexed_items(keys::EMBEDDINGS).first().and_then(|embedding| {
            embedding.json(&[keys::EMBEDDING_VECTOR])?.as_array().map(Vec::len)
        });
        added.set(gen_ai::EMBEDDINGS_DIMENSIONS, first);
    }
    added
}

/// Adds the messages of an LLM span as JSON, its tools and its finish reason.
fn llm(added: &mut GenAiAttributes, view: &AttributeView<'_>) {
    let reason = view.text(&[keys::LLM_FINISH_REASON]);
    // The conventions have a list with one reason for each choice.
    added.set(gen_ai::FINISH_REASONS, reason.map(|reason| vec![reason.to_owned()]));
    let messages = |key, reason| message_json::messages(view, key, reason);
    added.set(gen_ai::INPUT_MESSAGES, messages(keys::LLM_INPUT_MESSAGES, None));
    added.set(gen_ai::OUTPUT_MESSAGES, messages(keys::LLM_OUTPUT_MESSAGES, reason));
    added.set(gen_ai::TOOL_DEFINITIONS, message_json::tools(view));
}

/// Adds the attributes of a TOOL span. The arguments are the input of the span, unlike in
/// OpenInference's Python package, which translates `tool.parameters`, the schema of the arguments.
fn tool(added: &mut GenAiAttributes, view: &AttributeView<'_>) {
    added.set(gen_ai::TOOL_NAME, view.text(&[keys::TOOL_NAME]));
    added.set(gen_ai::TOOL_DESCRIPTION, view.text(&[keys::TOOL_DESCRIPTION]));
    added.set(gen_ai::TOOL_CALL_ID, view.text(&[keys::TOOL_ID]));
    added.set(gen_ai::TOOL_CALL_ARGUMENTS, view.text(&[keys::INPUT_VALUE]));
    added.set(gen_ai::TOOL_CALL_RESULT, view.text(&[keys::OUTPUT_VALUE]));
}

/// Returns the query of a retrieval: its input, unless that is a JSON object of several arguments.
fn query<'a>(view: &AttributeView<'a>) -> Option<&'a str> {
    let is_json = view.text(&[keys::INPUT_MIME_TYPE]) == Some(keys::MIME_JSON);
    view.text(&[keys::INPUT_VALUE]).filter(|_| !is_json)
}

/// Adds the names of the model, its provider, and the settings of the call.
///
/// `llm.invocation_parameters = "{\"max_tokens\": 100, \"stop\": [\"END\"]}"` gives
/// `gen_ai.request.max_tokens = 100` and `gen_ai.request.stop_sequences = ["END"]`. Settings that
/// the conventions do not know are left out.
fn model(added: &mut GenAiAttributes, view: &AttributeView<'_>) {
    let names = [
        keys::LLM_REQUEST_MODEL_NAME,
        keys::LLM_MODEL_NAME,
        keys::EMBEDDING_MODEL_NAME,
        keys::RERANKER_MODEL_NAME,
    ];
    added.set(gen_ai::REQUEST_MODEL, view.text(&names));
    added.set(gen_ai::RESPONSE_MODEL, view.text(&[keys::LLM_RESPONSE_MODEL_NAME]));
    let (provider, system) = (view.text(&[keys::LLM_PROVIDER]), view.text(&[keys::LLM_SYSTEM]));
    added.set(gen_ai::PROVIDER, provider::to_gen_ai(provider, system));
    let parameters = [keys::LLM_INVOCATION_PARAMETERS, keys::EMBEDDING_INVOCATION_PARAMETERS];
    let Some(Value::Object(parameters)) = view.json(&parameters) else { return };
    for (setting, names) in gen_ai::SETTINGS {
        let value = names.iter().find_map(|name| parameters.get(*name)).and_then(typed_value);
        added.0.extend(
            value.map(|value| KeyValue::new(format!("{}{setting}", gen_ai::REQUEST), value)),
        );
    }
}

/// Converts a setting to an attribute of the same type. Lists must be lists of strings, as
/// `stop_sequences` is; a setting of any other type is left out.
fn typed_value(value: &Value) -> Option<opentelemetry::Value> {
    match value {
        Value::Bool(value) => value.attribute_value(),
        Value::Number(number) => number
            .as_i64()
            .map_or_else(|| number.as_f64().attribute_value(), |it| it.attribute_value()),
        Value::String(text) => text.attribute_value(),
        Value::Array(items) => {
            let text = |item: &Value| item.as_str().map(str::to_owned);
            items.iter().map(text).collect::<Option<Vec<String>>>()?.attribute_value()
        }
        _ => None,
    }
}

/// Adds the token counts. The conventions have no total.
fn tokens(added: &mut GenAiAttributes, view: &AttributeView<'_>) {
    for (names, key) in [
        (gen_ai::INPUT_TOKENS, keys::LLM_TOKEN_COUNT_PROMPT),
        (gen_ai::OUTPUT_TOKENS, keys::LLM_TOKEN_COUNT_COMPLETION),
        (gen_ai::CACHE_READ_TOKENS, keys::LLM_TOKEN_COUNT_CACHE_READ),
        (gen_ai::CACHE_WRITE_TOKENS, keys::LLM_TOKEN_COUNT_CACHE_WRITE),
        (gen_ai::REASONING_TOKENS, keys::LLM_TOKEN_COUNT_REASONING),
        (gen_ai::INPUT_AUDIO_TOKENS, keys::LLM_TOKEN_COUNT_PROMPT_AUDIO),
        (gen_ai::OUTPUT_AUDIO_TOKENS, keys::LLM_TOKEN_COUNT_COMPLETION_AUDIO),
    ] {
        added.set(names, view.count(&[key]));
    }
}

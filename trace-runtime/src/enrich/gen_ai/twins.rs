//! What a span says in OpenInference, said in the GenAI conventions too.

use super::flat::Flat;
use super::{kind, provider, retrieval, written};
use crate::openinference::OpenInferenceSpanKind as Kind;
use crate::openinference::add_missing;
use crate::openinference::keys::{self, gen_ai};
use crate::panic::catch;
use crate::record::AttributeValue;
use opentelemetry::KeyValue;
use opentelemetry_sdk::trace::SpanData;
use serde_json::Value;

/// The twins so far.
#[derive(Default)]
struct Twins(Vec<KeyValue>);

impl Twins {
    fn set(&mut self, names: gen_ai::Names, value: impl AttributeValue) {
        if let (Some(name), Some(value)) = (names.first(), value.attribute_value()) {
            self.0.push(KeyValue::new(*name, value));
        }
    }
}

/// Adds the `gen_ai` twins of the attributes of a span that has a span kind. What was set stays.
pub(crate) fn add_twins(span: &mut SpanData) {
    // Whatever the values are, the span leaves.
    if let Ok(twins) = catch(|| twins(&Flat::of(&span.attributes))) {
        add_missing(&mut span.attributes, twins.0);
    }
}

fn twins(said: &Flat<'_>) -> Twins {
    let mut twins = Twins::default();
    let Some(kind) = said.text(&[keys::SPAN_KIND]) else { return twins };
    twins.set(gen_ai::OPERATION, kind::operation(said, kind));
    twins.set(gen_ai::CONVERSATION_ID, said.text(&[keys::SESSION_ID]));
    twins.set(gen_ai::AGENT_NAME, said.text(&[keys::AGENT_NAME]));
    let is = |each: Kind| kind == each.as_str();
    if is(Kind::Llm) || is(Kind::Embedding) || is(Kind::Reranker) {
        model(&mut twins, said);
        tokens(&mut twins, said);
    }
    if is(Kind::Llm) {
        let reason = said.text(&[keys::LLM_FINISH_REASON]);
        twins.set(gen_ai::FINISH_REASONS, reason.map(|reason| vec![reason.to_owned()]));
        let messages = |key, reason| written::messages(said, key, reason);
        twins.set(gen_ai::INPUT_MESSAGES, messages(keys::LLM_INPUT_MESSAGES, None));
        twins.set(gen_ai::OUTPUT_MESSAGES, messages(keys::LLM_OUTPUT_MESSAGES, reason));
        twins.set(gen_ai::TOOL_DEFINITIONS, written::tools(said));
    } else if is(Kind::Tool) {
        twins.set(gen_ai::TOOL_NAME, said.text(&[keys::TOOL_NAME]));
        twins.set(gen_ai::TOOL_DESCRIPTION, said.text(&[keys::TOOL_DESCRIPTION]));
        twins.set(gen_ai::TOOL_CALL_ID, said.text(&[keys::TOOL_ID]));
        twins.set(gen_ai::TOOL_CALL_ARGUMENTS, said.text(&[keys::INPUT_VALUE]));
        twins.set(gen_ai::TOOL_CALL_RESULT, said.text(&[keys::OUTPUT_VALUE]));
    } else if is(Kind::Retriever) {
        twins.set(gen_ai::RETRIEVAL_QUERY, query(said));
        twins.set(gen_ai::RETRIEVAL_DOCUMENTS, retrieval::written(said));
    } else if is(Kind::Embedding) {
        let first = said.list(keys::EMBEDDINGS).first().and_then(|embedding| {
            embedding.json(&[keys::EMBEDDING_VECTOR])?.as_array().map(Vec::len)
        });
        twins.set(gen_ai::EMBEDDINGS_DIMENSIONS, first);
    }
    twins
}

/// What was asked for, if it is text and not a JSON object of several arguments.
fn query<'a>(said: &Flat<'a>) -> Option<&'a str> {
    let is_json = said.text(&[keys::INPUT_MIME_TYPE]) == Some(keys::MIME_JSON);
    said.text(&[keys::INPUT_VALUE]).filter(|_| !is_json)
}

fn model(twins: &mut Twins, said: &Flat<'_>) {
    let names = [
        keys::LLM_REQUEST_MODEL_NAME,
        keys::LLM_MODEL_NAME,
        keys::EMBEDDING_MODEL_NAME,
        keys::RERANKER_MODEL_NAME,
    ];
    twins.set(gen_ai::REQUEST_MODEL, said.text(&names));
    twins.set(gen_ai::RESPONSE_MODEL, said.text(&[keys::LLM_RESPONSE_MODEL_NAME]));
    let (provider, system) = (said.text(&[keys::LLM_PROVIDER]), said.text(&[keys::LLM_SYSTEM]));
    twins.set(gen_ai::PROVIDER, provider::to_gen_ai(provider, system));
    let parameters = [keys::LLM_INVOCATION_PARAMETERS, keys::EMBEDDING_INVOCATION_PARAMETERS];
    let Some(Value::Object(parameters)) = said.json(&parameters) else { return };
    for (setting, names) in gen_ai::SETTINGS {
        let value = names.iter().find_map(|name| parameters.get(*name)).and_then(attribute);
        twins.0.extend(
            value.map(|value| KeyValue::new(format!("{}{setting}", gen_ai::REQUEST), value)),
        );
    }
}

/// A setting with its type; lists are lists of text.
fn attribute(value: &Value) -> Option<opentelemetry::Value> {
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

fn tokens(twins: &mut Twins, said: &Flat<'_>) {
    for (names, key) in [
        (gen_ai::INPUT_TOKENS, keys::LLM_TOKEN_COUNT_PROMPT),
        (gen_ai::OUTPUT_TOKENS, keys::LLM_TOKEN_COUNT_COMPLETION),
        (gen_ai::CACHE_READ_TOKENS, keys::LLM_TOKEN_COUNT_CACHE_READ),
        (gen_ai::CACHE_WRITE_TOKENS, keys::LLM_TOKEN_COUNT_CACHE_WRITE),
        (gen_ai::REASONING_TOKENS, keys::LLM_TOKEN_COUNT_REASONING),
        (gen_ai::INPUT_AUDIO_TOKENS, keys::LLM_TOKEN_COUNT_PROMPT_AUDIO),
        (gen_ai::OUTPUT_AUDIO_TOKENS, keys::LLM_TOKEN_COUNT_COMPLETION_AUDIO),
    ] {
        twins.set(names, said.count(&[key]));
    }
}

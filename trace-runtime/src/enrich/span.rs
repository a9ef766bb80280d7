//! Adds to a span what its input and its output say.

use super::{chat, embedding, gen_ai, raw, rerank};
use crate::openinference::OpenInferenceSpanKind as Kind;
use crate::openinference::add_missing;
use crate::openinference::keys;
use crate::panic::catch;
use crate::record::Attributes;
use opentelemetry::KeyValue;
use opentelemetry_sdk::trace::SpanData;
use serde_json::Value;

/// Adds what is missing to a span of the kind LLM, EMBEDDING or RERANKER, and puts the chunks of a
/// stream together. A span that speaks GenAI instead is translated. What was set stays.
pub(crate) fn enrich(span: &mut SpanData) {
    if catch(|| gen_ai::translate(span)).unwrap_or(false) {
        return;
    }
    let attributes = &mut span.attributes;
    let (read, join): (Read, Join) = match text(attributes, keys::SPAN_KIND) {
        Some(kind) if kind == Kind::Llm.as_str() => (chat::attributes, chat::joined),
        Some(kind) if kind == Kind::Embedding.as_str() => (embedding::attributes, |_| None),
        Some(kind) if kind == Kind::Reranker.as_str() => (rerank::attributes, |_| None),
        _ => return,
    };
    // Whatever the values are, the span leaves.
    let value = |key| catch(|| raw::read(text(attributes, key)?)).ok().flatten();
    let (input, mut output) = (value(keys::INPUT_VALUE), value(keys::OUTPUT_VALUE));
    if let Ok(Some(joined)) = catch(|| join(output.as_ref()?)) {
        replace_output(attributes, &joined);
        output = Some(joined);
    }
    if let Ok(added) = catch(|| read(input.as_ref(), output.as_ref())) {
        add_missing(attributes, added);
    }
}

/// What the input and the output say.
type Read = fn(Option<&Value>, Option<&Value>) -> Attributes;

/// The response that an output is in pieces.
type Join = fn(&Value) -> Option<Value>;

/// The response in place of its chunks, as OpenInference's own instrumentations record it.
fn replace_output(attributes: &mut [KeyValue], response: &Value) {
    for attribute in attributes {
        match attribute.key.as_str() {
            keys::OUTPUT_VALUE => attribute.value = response.to_string().into(),
            // It was text if the events came as text.
            keys::OUTPUT_MIME_TYPE => attribute.value = keys::MIME_JSON.into(),
            _ => {}
        }
    }
}

/// The value of a key; the last one counts, as everywhere.
fn text<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a str> {
    let attribute = attributes.iter().rfind(|attribute| attribute.key.as_str() == key)?;
    match &attribute.value {
        opentelemetry::Value::String(text) => Some(text.as_str()),
        _ => None,
    }
}

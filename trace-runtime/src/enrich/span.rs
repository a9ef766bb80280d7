//! Derives the attributes of one span from its input and its output.

use super::wire::recorded_body;
use super::{chat, embedding, gen_ai, rerank};
use crate::openinference::OpenInferenceSpanKind as Kind;
use crate::openinference::add_missing;
use crate::openinference::keys;
use crate::panic::catch;
use crate::record::Attributes;
use opentelemetry::KeyValue;
use opentelemetry_sdk::trace::SpanData;
use serde_json::Value;

/// Adds the attributes that follow from the input and the output of an LLM, EMBEDDING or RERANKER
/// span, and joins the chunks of a stream into one response. Attributes that the span already has
/// are kept.
///
/// A span of another crate, which has `gen_ai.*` attributes and no span kind, is translated
/// instead.
///
/// The values are arbitrary data, so a panic while one is read loses only the attributes that would
/// have been derived from it. The span is exported in any case.
pub(crate) fn enrich(span: &mut SpanData) {
    if catch(|| gen_ai::translate(span)).unwrap_or(false) {
        return;
    }
    let attributes = &mut span.attributes;
    let (derive, join): (Derive, Join) = match text(attributes, keys::SPAN_KIND) {
        Some(kind) if kind == Kind::Llm.as_str() => (chat::attributes, chat::join_stream),
        // Embedding and rerank APIs do not stream.
        Some(kind) if kind == Kind::Embedding.as_str() => (embedding::attributes, |_| None),
        Some(kind) if kind == Kind::Reranker.as_str() => (rerank::attributes, |_| None),
        _ => return,
    };
    let json = |key| catch(|| recorded_body::parse(text(attributes, key)?)).ok().flatten();
    let (input, mut output) = (json(keys::INPUT_VALUE), json(keys::OUTPUT_VALUE));
    if let Ok(Some(response)) = catch(|| join(output.as_ref()?)) {
        replace_output(attributes, &response);
        output = Some(response);
    }
    if let Ok(derived) = catch(|| derive(input.as_ref(), output.as_ref())) {
        add_missing(attributes, derived);
    }
}

/// Derives attributes from the JSON of the input and of the output. Either is `None` if the span
/// does not have it or if it is not JSON.
type Derive = fn(Option<&Value>, Option<&Value>) -> Attributes;

/// Joins the chunks of a streamed output into the response that the API would have sent without
/// streaming. Returns `None` if the output is not a list of such chunks.
type Join = fn(&Value) -> Option<Value>;

/// Replaces a list of chunks by the joined response, as OpenInference's own instrumentations record
/// it. A viewer shows one answer rather than hundreds of pieces.
fn replace_output(attributes: &mut [KeyValue], response: &Value) {
    for attribute in attributes {
        match attribute.key.as_str() {
            keys::OUTPUT_VALUE => attribute.value = response.to_string().into(),
            // Server-sent events were captured as `text/plain`; the response is JSON.
            keys::OUTPUT_MIME_TYPE => attribute.value = keys::MIME_JSON.into(),
            _ => {}
        }
    }
}

/// Returns the string value of a key. If the key is set twice the last value counts, as in the
/// exported span.
fn text<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a str> {
    let attribute = attributes.iter().rfind(|attribute| attribute.key.as_str() == key)?;
    match &attribute.value {
        opentelemetry::Value::String(text) => Some(text.as_str()),
        _ => None,
    }
}

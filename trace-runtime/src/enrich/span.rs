//! Derives the attributes of one span from its input and its output.

use super::api::tokens;
use super::counted_once::has_tokens;
use super::find_request::Input;
use super::wire::recorded_body;
use super::{chat, described_fields, embedding, gen_ai, model_family, rerank};
use crate::openinference::OpenInferenceSpanKind as Kind;
use crate::openinference::add_missing;
use crate::openinference::keys;
use crate::panic::catch;
use crate::record::Attributes;
use opentelemetry::trace::SpanKind;
use opentelemetry::{Array, KeyValue};
use opentelemetry_sdk::trace::SpanData;
use serde_json::Value;

/// Adds the attributes that follow from the input and the output of an LLM, EMBEDDING or RERANKER
/// span, and joins the chunks of a stream into one response. Attributes that the span already has
/// are kept.
///
/// A span of another crate, which has `gen_ai.*` attributes and no span kind, is translated
/// instead. That of a server layer becomes a CHAIN.
///
/// The values are arbitrary data, so a panic while one is read loses only the attributes that would
/// have been derived from it. The span is exported in any case.
///
/// `limit` is the number of attributes that a span may have. No more are derived, and those that
/// are not are counted as dropped.
pub(crate) fn enrich(span: &mut SpanData, limit: usize) {
    let exchange = take_exchange(&mut span.attributes);
    if catch(|| gen_ai::translate(span)).unwrap_or(false) {
        return;
    }
    if let Some(kind) = Kind::from_attributes(&span.attributes) {
        described_fields::translate(span, kind);
    }
    let attributes = &mut span.attributes;
    let (derive, join): (Derive, Join) = match text(attributes, keys::SPAN_KIND) {
        Some(kind) if kind == Kind::Llm.as_str() => (chat::add_attributes, chat::join_stream),
        // Embedding and rerank APIs do not stream.
        Some(kind) if kind == Kind::Embedding.as_str() => (embedding::add_attributes, |_| None),
        Some(kind) if kind == Kind::Reranker.as_str() => (rerank::add_attributes, |_| None),
        None if is_entry_point(&span.span_kind) => return attributes.push(Kind::Chain.attribute()),
        _ => return,
    };
    let is_exchange = exchange.is_none() && is_exchange(&span.span_kind, &span.attributes);
    if let Some([input, output]) = exchange {
        let (input, mut output) = (parse(input.as_deref()), parse(output.as_deref()));
        if let Ok(Some(response)) = catch(|| join(output.as_ref()?)) {
            output = Some(response);
        }
        let had_tokens = has_tokens(&span.attributes);
        add_derived(span, derive, input.as_ref().map(Input::Body), output.as_ref(), limit);
        add_counts_of_headers(&mut span.attributes);
        if !had_tokens && has_tokens(&span.attributes) {
            span.attributes.push(KeyValue::new(keys::EXCHANGE_TOKENS, true));
        }
    }
    let attributes = &mut span.attributes;
    let input = parse(text(attributes, keys::INPUT_VALUE));
    let mut output = parse(text(attributes, keys::OUTPUT_VALUE));
    if let Ok(Some(response)) = catch(|| join(output.as_ref()?)) {
        replace_output(attributes, &response);
        output = Some(response);
    }
    if is_exchange {
        name_responded_model(attributes, output.as_ref());
    }
    let as_input = if is_exchange { Input::Body } else { Input::Arguments };
    add_derived(span, derive, input.as_ref().map(as_input), output.as_ref(), limit);
    add_counts_of_headers(&mut span.attributes);
    name_requested_model(&mut span.attributes);
}

/// Returns true for the span of a request or of a message that a process received. Layers for HTTP,
/// gRPC and queues do not know OpenInference, in whose words such a span is a CHAIN: the entry point
/// of an application. Without a kind, backends show the root of most traces as unknown.
fn is_entry_point(kind: &SpanKind) -> bool {
    matches!(kind, SpanKind::Server | SpanKind::Consumer)
}

/// Returns true for the span of an HTTP exchange, whose input and output are bodies.
fn is_exchange(kind: &SpanKind, attributes: &[KeyValue]) -> bool {
    let has_server = || attributes.iter().any(|kv| kv.key.as_str() == keys::SERVER_ADDRESS);
    matches!(kind, SpanKind::Client) && has_server()
}

/// Replaces the name of an embedding model in the URL by that in the response: in Azure's, the user
/// chooses the name.
fn name_responded_model(attributes: &mut [KeyValue], output: Option<&Value>) {
    let model = output.and_then(|output| output.get("model")?.as_str());
    let named = attributes.iter_mut().find(|kv| kv.key.as_str() == keys::EMBEDDING_MODEL_NAME);
    if let (Some(named), Some(model)) = (named, model.filter(|model| !model.is_empty())) {
        named.value = model.to_owned().into();
    }
}

/// Takes the request and the response of the exchange that filled a span.
///
/// They describe the call better than the function, which may take and return anything, so their
/// attributes are added before those of the function's input and output.
fn take_exchange(attributes: &mut Vec<KeyValue>) -> Option<[Option<String>; 2]> {
    let mut take = |key: &str| {
        let at = attributes.iter().position(|kv| kv.key.as_str() == key)?;
        Some(String::from(attributes.remove(at).value.as_str()))
    };
    let bodies = [take(keys::EXCHANGE_INPUT), take(keys::EXCHANGE_OUTPUT)];
    bodies.iter().any(Option::is_some).then_some(bodies)
}

/// Parses a recorded body. Returns `None` if there is none, or if it is not JSON.
fn parse(body: Option<&str>) -> Option<Value> {
    catch(|| recorded_body::parse(body?)).ok().flatten()
}

/// Adds the attributes that follow from a request and a response and are not set yet.
fn add_derived(
    span: &mut SpanData,
    derive: Derive,
    input: Option<Input<'_>>,
    output: Option<&Value>,
    limit: usize,
) {
    let mut derived = Attributes::with_limit(limit.min(MAX_DERIVED));
    if catch(|| derive(input, output, &mut derived)).is_ok() {
        let dropped = u32::try_from(derived.dropped()).unwrap_or(u32::MAX);
        span.dropped_attributes_count = span.dropped_attributes_count.saturating_add(dropped);
        add_missing(&mut span.attributes, derived);
    }
}

/// Adds the token counts of the headers of an exchange if the body has none: Bedrock's `InvokeModel`
/// returns the body of the model's vendor, and many of these have no counts.
fn add_counts_of_headers(attributes: &mut Vec<KeyValue>) {
    if has_tokens(attributes) {
        return;
    }
    let count = |key: &str| {
        let attribute = attributes.iter().rfind(|attribute| attribute.key.as_str() == key)?;
        match &attribute.value {
            opentelemetry::Value::Array(Array::String(values)) => {
                values.first()?.as_str().parse::<u64>().ok()
            }
            _ => None,
        }
    };
    let counts = tokens(count(keys::HTTP_INPUT_TOKENS), count(keys::HTTP_OUTPUT_TOKENS));
    let mut derived = Attributes::with_limit(MAX_DERIVED);
    derived.record(&counts);
    add_missing(attributes, derived);
}

/// Sets `llm.model_name` to the model of the request if neither body names a model, and its vendor.
/// The URL names it then, as for Bedrock.
fn name_requested_model(attributes: &mut Vec<KeyValue>) {
    let is_named = attributes.iter().any(|kv| kv.key.as_str() == keys::LLM_MODEL_NAME);
    if !is_named && let Some(model) = text(attributes, keys::LLM_REQUEST_MODEL_NAME) {
        let system = model_family::system(model);
        let model = KeyValue::new(keys::LLM_MODEL_NAME, model.to_owned());
        attributes.push(model);
        let is_set = attributes.iter().any(|kv| kv.key.as_str() == keys::LLM_SYSTEM);
        attributes.extend(
            system.filter(|_| !is_set).map(|system| KeyValue::new(keys::LLM_SYSTEM, system)),
        );
    }
}

/// The number of attributes that are derived in a pipeline without a limit, such as one of the
/// application.
const MAX_DERIVED: usize = 100_000;

/// Derives attributes from the JSON of the input and of the output. Either is `None` if the span
/// does not have it or if it is not JSON.
type Derive = fn(Option<Input<'_>>, Option<&Value>, &mut Attributes);

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::test_span::test_span;
    use serde_json::json;

    fn llm_span(output: &Value) -> SpanData {
        let output = KeyValue::new(keys::OUTPUT_VALUE, output.to_string());
        test_span(vec![Kind::Llm.attribute(), output])
    }

    #[test]
    fn enrich_of_many_tool_calls_derives_no_attributes_beyond_the_limit() {
        let call = json!({"id": "c", "function": {"name": "f", "arguments": "{}"}});
        let message = json!({"role": "assistant", "tool_calls": vec![call; 10_000]});
        let output = json!({
            "choices": [{"message": message, "finish_reason": "tool_calls"}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
        });
        let mut span = llm_span(&output);
        enrich(&mut span, 100);
        assert_eq!(span.attributes.len(), 102);
        assert!(span.attributes.capacity() < 300, "{}", span.attributes.capacity());
        // The reason, three counts, the role, and three attributes of each call.
        assert_eq!(span.dropped_attributes_count, 5 + 30_000 - 100);
        let has = |key| span.attributes.iter().any(|kv| kv.key.as_str() == key);
        assert!(has(keys::LLM_FINISH_REASON) && has(keys::LLM_TOKEN_COUNT_TOTAL));
    }
}

//! Adds to a span what its input and its output say.

use super::arguments;
use super::model_family;
use super::neutral::{ChatRequest, ChatResponse, EmbeddingCall, Ranked, RerankRequest, Vendor};
use super::shapes;
use crate::OpenInferenceSpanKind as Kind;
use crate::record::{
    Attributes, Document, Embeddings, FinishReason, InputMessages, InvocationParameters, LlmModel,
    OutputMessages, Record, RerankedDocuments, RerankerInput, ToolDefinitions,
};
use crate::semconv;
use crate::span::add_missing;
use opentelemetry::KeyValue;
use opentelemetry_sdk::trace::SpanData;
use serde_json::Value;

/// Adds what is missing to a span of the kind LLM, EMBEDDING or RERANKER, and puts the chunks of a
/// stream together. What was set stays.
pub(crate) fn enrich(span: &mut SpanData) {
    let kind = text(&span.attributes, semconv::SPAN_KIND);
    let added = if kind == Some(Kind::Llm.as_str()) {
        chat(&mut span.attributes)
    } else if kind == Some(Kind::Embedding.as_str()) {
        embedding(&span.attributes)
    } else if kind == Some(Kind::Reranker.as_str()) {
        rerank(&span.attributes)
    } else {
        return;
    };
    add_missing(&mut span.attributes, added);
}

fn text<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a str> {
    // The last one counts, as everywhere.
    match &attributes.iter().rfind(|attribute| attribute.key.as_str() == key)?.value {
        opentelemetry::Value::String(text) => Some(text.as_str()),
        _ => None,
    }
}

/// A value that is a JSON object or list.
fn json(attributes: &[KeyValue], key: &str) -> Option<Value> {
    let text = text(attributes, key)?;
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    serde_json::from_str(text).ok()
}

fn chat(attributes: &mut [KeyValue]) -> Attributes {
    let request = json(attributes, semconv::INPUT_VALUE)
        .and_then(|input| arguments::request(&input, shapes::chat_request));
    let output = json(attributes, semconv::OUTPUT_VALUE);
    let joined = output.as_ref().and_then(Value::as_array).and_then(|list| shapes::joined(list));
    if let Some(joined) = &joined {
        replace(attributes, semconv::OUTPUT_VALUE, &joined.to_string());
    }
    let response = joined.or(output).and_then(|output| shapes::chat_response(&output));
    let mut added = Attributes::default();
    added.record(&model(request.as_ref(), response.as_ref()));
    if let Some(request) = request {
        added.record(&InputMessages::from_iter(request.messages));
        added.record(&ToolDefinitions::from_iter(request.tools));
        added.record(&request.parameters.map(InvocationParameters::new));
    }
    if let Some(response) = response {
        added.record(&OutputMessages::from_iter(response.messages));
        added.record(&response.finish_reason.map(FinishReason::new));
        added.record(&response.tokens);
    }
    added
}

/// The names of the model, with its vendor as far as shape or name prove it.
fn model(request: Option<&ChatRequest>, response: Option<&ChatResponse>) -> LlmModel {
    let requested = request.and_then(|request| request.model.as_deref());
    let responded = response.and_then(|response| response.model.as_deref());
    let vendors = [response.map(|response| response.vendor), request.map(|request| request.vendor)];
    let proved = |of: fn(Vendor) -> Option<&'static str>| vendors.into_iter().flatten().find_map(of);
    let by_name = || [responded, requested].into_iter().flatten().find_map(model_family::system);
    let mut model = LlmModel::default();
    if let Some(requested) = requested {
        model = model.requested(requested);
    }
    if let Some(responded) = responded {
        model = model.responded(responded);
    }
    if let Some(system) = proved(|vendor| vendor.system).or_else(by_name) {
        model = model.system(system);
    }
    if let Some(provider) = proved(|vendor| vendor.provider) {
        model = model.provider(provider);
    }
    model
}

fn replace(attributes: &mut [KeyValue], key: &str, text: &str) {
    for attribute in attributes.iter_mut().filter(|attribute| attribute.key.as_str() == key) {
        attribute.value = text.to_owned().into();
    }
}

fn embedding(attributes: &[KeyValue]) -> Attributes {
    let request = json(attributes, semconv::INPUT_VALUE)
        .and_then(|input| arguments::request(&input, shapes::embedding_request));
    let response =
        json(attributes, semconv::OUTPUT_VALUE).and_then(|output| shapes::embedding_response(&output));
    let tokens = response.as_ref().and_then(|response| response.tokens);
    let mut added = Attributes::default();
    if let Some(call) = EmbeddingCall::merged(request, response) {
        if let Some(system) = call.model.as_deref().and_then(model_family::system) {
            added.record(&LlmModel::default().system(system));
        }
        added.record(&Embeddings::from(call));
    }
    added.record(&tokens);
    added
}

impl EmbeddingCall {
    /// Texts are those of the request, vectors those of the response, place by place.
    fn merged(request: Option<Self>, response: Option<Self>) -> Option<Self> {
        let (Some(mut call), Some(response)) = (request, response) else { return None };
        call.model = response.model.or(call.model);
        call.embeddings.resize_with(call.embeddings.len().max(response.embeddings.len()), Default::default);
        for (embedding, other) in call.embeddings.iter_mut().zip(response.embeddings) {
            embedding.complete(other);
        }
        Some(call)
    }
}

impl From<EmbeddingCall> for Embeddings {
    fn from(call: EmbeddingCall) -> Self {
        let mut embeddings = Embeddings::default();
        if let Some(model) = call.model {
            embeddings = embeddings.model(model);
        }
        if let Some(parameters) = call.parameters {
            embeddings = embeddings.invocation_parameters(parameters);
        }
        call.embeddings.into_iter().fold(embeddings, Embeddings::embedding)
    }
}

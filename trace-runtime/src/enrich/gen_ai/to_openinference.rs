//! Translates a span that only has `gen_ai.*` attributes to OpenInference.

use super::attribute_view::AttributeView;
use super::content::{self, Content};
use super::{kind, messages, model, retrieval};
use crate::openinference::OpenInferenceSpanKind as Kind;
use crate::openinference::add_missing;
use crate::openinference::keys::{self, gen_ai};
use crate::record::{
    Attributes, Embeddings, FinishReason, InputMessages, InvocationParameters, Json,
    OutputMessages, Tool, Tools,
};
use opentelemetry::KeyValue;
use opentelemetry_sdk::trace::SpanData;
use serde_json::Value;

/// Adds OpenInference attributes to a span that has a `gen_ai.*` attribute and no span kind.
/// Returns true if it was such a span.
///
/// Attributes that the span already has are kept, the `gen_ai.*` attributes included. A span of
/// this crate's macros always has a span kind, so a function that sets `gen_ai.*` attributes
/// explicitly is not translated.
pub(in crate::enrich) fn translate(span: &mut SpanData) -> bool {
    let is_gen_ai = |each: &KeyValue| each.key.as_str().starts_with(gen_ai::NAMESPACE);
    let has_kind = |each: &KeyValue| each.key.as_str() == keys::SPAN_KIND;
    if !span.attributes.iter().any(is_gen_ai) || span.attributes.iter().any(has_kind) {
        return false;
    }
    let view = AttributeView::new(&span.attributes);
    let kind = kind::from_gen_ai(&view);
    // Tools and retrievals have special attributes for input and output, all others have messages.
    let (input, output) = match kind {
        Kind::Tool => (
            Content::from_attribute(&view, gen_ai::TOOL_CALL_ARGUMENTS),
            Content::from_attribute(&view, gen_ai::TOOL_CALL_RESULT),
        ),
        Kind::Retriever => (Content::from_attribute(&view, gen_ai::RETRIEVAL_QUERY), None),
        _ => (content::input(&view, &span.events), content::output(&view, &span.events)),
    };
    let mut attributes = Attributes::default();
    attributes.set(keys::SPAN_KIND, kind.as_str());
    attributes.set(keys::SESSION_ID, view.text(gen_ai::CONVERSATION_ID));
    attributes.set(keys::AGENT_NAME, view.text(gen_ai::AGENT_NAME));
    if let Some(input) = &input {
        input.write(&mut attributes, keys::INPUT_VALUE, keys::INPUT_MIME_TYPE);
    }
    if let Some(output) = &output {
        output.write(&mut attributes, keys::OUTPUT_VALUE, keys::OUTPUT_MIME_TYPE);
    }
    match kind {
        Kind::Llm => llm(&mut attributes, &view, input, output),
        Kind::Embedding => embedding(&mut attributes, &view),
        Kind::Reranker => {
            let model = model::model(&view);
            attributes.set(keys::RERANKER_MODEL_NAME, model.responded.or(model.requested));
            attributes.record(&model::tokens(&view));
        }
        Kind::Retriever => attributes.record(&retrieval::documents(&view)),
        Kind::Tool => {
            attributes.set(keys::TOOL_NAME, view.text(gen_ai::TOOL_NAME));
            attributes.set(keys::TOOL_DESCRIPTION, view.text(gen_ai::TOOL_DESCRIPTION));
            attributes.set(keys::TOOL_ID, view.text(gen_ai::TOOL_CALL_ID));
        }
        _ => {}
    }
    add_missing(&mut span.attributes, attributes);
    true
}

/// Adds the attributes of an LLM span.
fn llm(
    attributes: &mut Attributes,
    view: &AttributeView<'_>,
    input: Option<Content>,
    output: Option<Content>,
) {
    attributes.record(&model::model(view));
    attributes.record(&model::parameters(view).map(InvocationParameters::new));
    let instructions = view.json(gen_ai::SYSTEM_INSTRUCTIONS);
    let input = messages::input(instructions.as_ref(), input.map(|input| input.json).as_ref());
    attributes.record(&InputMessages::from_iter(input));
    let (output, reason) = messages::output(output.map(|output| output.json).as_ref());
    attributes.record(&OutputMessages::from_iter(output));
    // The attribute has the word that the API uses, the message one of the words of the
    // conventions.
    attributes.record(&model::finish_reason(view).or(reason).map(FinishReason::new));
    attributes.record(&tools(view));
    attributes.record(&model::tokens(view));
    attributes.record(&model::cost(view));
}

/// Adds the attributes of an EMBEDDING span. The conventions record neither texts nor vectors.
fn embedding(attributes: &mut Attributes, view: &AttributeView<'_>) {
    let model = model::model(view);
    attributes.record(&Embeddings {
        model: model.responded.or(model.requested),
        invocation_parameters: model::parameters(view).map(Json::from),
        embeddings: Vec::new(),
    });
    attributes.record(&model::tokens(view));
    attributes.record(&model::cost(view));
}

/// Returns the tools in `gen_ai.tool.definitions`, which is JSON such as
/// `[{"type": "function", "name": "weather", "description": "..", "parameters": {..}}]`.
fn tools(view: &AttributeView<'_>) -> Tools {
    let Some(Value::Array(tools)) = view.json(gen_ai::TOOL_DEFINITIONS) else {
        return Tools::default();
    };
    let definition = |tool: Value| {
        let text = |field| tool.get(field).and_then(Value::as_str).map(str::to_owned);
        let (name, description) = (text("name"), text("description"));
        let mut definition = Tool::new(tool);
        if let Some(name) = name {
            definition = definition.name(name);
        }
        match description {
            Some(description) => definition.description(description),
            None => definition,
        }
    };
    tools.into_iter().map(definition).collect()
}

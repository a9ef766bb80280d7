//! A span that only says `gen_ai` attributes says the same in OpenInference.

use super::content::{self, Content};
use super::flat::Flat;
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

/// Adds the attributes of OpenInference to a span that has a `gen_ai` attribute and no span kind.
/// What was set stays. Says whether it was such a span.
pub(in crate::enrich) fn translate(span: &mut SpanData) -> bool {
    let is_gen_ai = |each: &KeyValue| each.key.as_str().starts_with(gen_ai::NAMESPACE);
    let has_kind = |each: &KeyValue| each.key.as_str() == keys::SPAN_KIND;
    if !span.attributes.iter().any(is_gen_ai) || span.attributes.iter().any(has_kind) {
        return false;
    }
    let said = Flat::of(&span.attributes);
    let kind = kind::of(&said);
    let (input, output) = match kind {
        Kind::Tool => (
            Content::of(&said, gen_ai::TOOL_CALL_ARGUMENTS),
            Content::of(&said, gen_ai::TOOL_CALL_RESULT),
        ),
        Kind::Retriever => (Content::of(&said, gen_ai::RETRIEVAL_QUERY), None),
        _ => (content::input(&said, &span.events), content::output(&said, &span.events)),
    };
    let mut attributes = Attributes::default();
    attributes.set(keys::SPAN_KIND, kind.as_str());
    attributes.set(keys::SESSION_ID, said.text(gen_ai::CONVERSATION_ID));
    attributes.set(keys::AGENT_NAME, said.text(gen_ai::AGENT_NAME));
    if let Some(input) = &input {
        input.write(&mut attributes, keys::INPUT_VALUE, keys::INPUT_MIME_TYPE);
    }
    if let Some(output) = &output {
        output.write(&mut attributes, keys::OUTPUT_VALUE, keys::OUTPUT_MIME_TYPE);
    }
    match kind {
        Kind::Llm => llm(&mut attributes, &said, input, output),
        Kind::Embedding => embedding(&mut attributes, &said),
        Kind::Reranker => {
            let model = model::model(&said);
            attributes.set(keys::RERANKER_MODEL_NAME, model.responded.or(model.requested));
            attributes.record(&model::tokens(&said));
        }
        Kind::Retriever => attributes.record(&retrieval::documents(&said)),
        Kind::Tool => {
            attributes.set(keys::TOOL_NAME, said.text(gen_ai::TOOL_NAME));
            attributes.set(keys::TOOL_DESCRIPTION, said.text(gen_ai::TOOL_DESCRIPTION));
            attributes.set(keys::TOOL_ID, said.text(gen_ai::TOOL_CALL_ID));
        }
        _ => {}
    }
    add_missing(&mut span.attributes, attributes);
    true
}

fn llm(
    attributes: &mut Attributes,
    said: &Flat<'_>,
    input: Option<Content>,
    output: Option<Content>,
) {
    attributes.record(&model::model(said));
    attributes.record(&model::parameters(said).map(InvocationParameters::new));
    let instructions = said.json(gen_ai::SYSTEM_INSTRUCTIONS);
    let input = messages::input(instructions.as_ref(), input.map(|input| input.json).as_ref());
    attributes.record(&InputMessages::from_iter(input));
    let (output, reason) = messages::output(output.map(|output| output.json).as_ref());
    attributes.record(&OutputMessages::from_iter(output));
    attributes.record(&model::finish_reason(said).or(reason).map(FinishReason::new));
    attributes.record(&tools(said));
    attributes.record(&model::tokens(said));
}

fn embedding(attributes: &mut Attributes, said: &Flat<'_>) {
    let model = model::model(said);
    attributes.record(&Embeddings {
        model: model.responded.or(model.requested),
        invocation_parameters: model::parameters(said).map(Json::from),
        embeddings: Vec::new(),
    });
    attributes.record(&model::tokens(said));
}

fn tools(said: &Flat<'_>) -> Tools {
    let Some(Value::Array(tools)) = said.json(gen_ai::TOOL_DEFINITIONS) else {
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

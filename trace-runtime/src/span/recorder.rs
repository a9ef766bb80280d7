//! What a span says from its beginning: input, names, and the attributes given as options.

use super::attribute_value::AttributeValue;
use super::start::Start;
use crate::OpenInferenceSpanKind;
use crate::capture::{CapturedValue, arguments_as_input};
use crate::semconv;
#[cfg(feature = "schema")]
use crate::tool::Parameter;
use opentelemetry::KeyValue;

/// Takes the input and the options of a span that records.
#[derive(Debug)]
pub struct Recorder {
    kind: OpenInferenceSpanKind,
    input: Input,
    attributes: Vec<KeyValue>,
}

#[derive(Debug)]
enum Input {
    Arguments(Vec<(&'static str, CapturedValue)>),
    Given(CapturedValue),
    None,
}

impl Recorder {
    pub(super) fn new(start: &Start) -> Self {
        let (kind, input) = (start.site().kind, Input::Arguments(Vec::new()));
        let mut recorder = Recorder { kind, input, attributes: Vec::new() };
        recorder.name(start);
        recorder
    }

    /// An argument of the function.
    pub fn argument(&mut self, name: &'static str, value: CapturedValue) {
        if let Input::Arguments(arguments) = &mut self.input {
            arguments.push((name, value));
        }
    }

    /// The option `input`.
    pub fn input(&mut self, value: CapturedValue) {
        self.input = Input::Given(value);
    }

    /// The option `skip_all`.
    pub fn no_input(&mut self) {
        self.input = Input::None;
    }

    /// One of the option `attributes`.
    pub fn attribute(&mut self, key: &'static str, value: &(impl AttributeValue + ?Sized)) {
        self.attributes.extend(value.attribute_value().map(|value| KeyValue::new(key, value)));
    }

    /// The option `model`.
    pub fn model(&mut self, model: &(impl AttributeValue + ?Sized)) {
        match self.kind {
            OpenInferenceSpanKind::Embedding => {
                self.attribute(semconv::EMBEDDING_MODEL_NAME, model);
            }
            OpenInferenceSpanKind::Reranker => self.attribute(semconv::RERANKER_MODEL_NAME, model),
            _ => {
                self.attribute(semconv::LLM_REQUEST_MODEL_NAME, model);
                self.attribute(semconv::LLM_MODEL_NAME, model);
            }
        }
    }

    /// The option `provider`, lower case as backends look it up.
    pub fn provider(&mut self, provider: &(impl AttributeValue + ?Sized)) {
        let key = match self.kind {
            OpenInferenceSpanKind::Llm => semconv::LLM_PROVIDER,
            _ => semconv::GEN_AI_PROVIDER_NAME,
        };
        let provider = provider.attribute_value().map(|name| name.as_str().to_lowercase());
        self.attribute(key, &provider);
    }

    /// The option `description`.
    pub fn description(&mut self, description: &(impl AttributeValue + ?Sized)) {
        self.attribute(semconv::TOOL_DESCRIPTION, description);
    }

    /// The option `parameters`.
    pub fn parameters(&mut self, schema: CapturedValue) {
        self.attributes.push(KeyValue::new(semconv::TOOL_PARAMETERS, schema.into_text()));
    }

    /// The schema of the parameters, from the signature.
    #[cfg(feature = "schema")]
    pub fn derived_parameters(&mut self, parameters: &[Parameter]) {
        let schema = crate::tool::parameters(parameters).text;
        self.attributes.push(KeyValue::new(semconv::TOOL_PARAMETERS, schema));
    }

    /// The names that some kinds have besides the span's.
    fn name(&mut self, start: &Start) {
        match self.kind {
            OpenInferenceSpanKind::Agent => {
                self.attributes.push(KeyValue::new(semconv::AGENT_NAME, start.own_name()));
            }
            OpenInferenceSpanKind::Tool => {
                self.attributes.push(KeyValue::new(semconv::TOOL_NAME, start.own_name()));
                let documentation = start.documentation();
                if !documentation.is_empty() {
                    self.description(documentation);
                }
            }
            _ => {}
        }
    }

    pub(super) fn finish(mut self) -> Vec<KeyValue> {
        let input = match std::mem::replace(&mut self.input, Input::None) {
            Input::Given(value) => Some(value),
            Input::Arguments(arguments) => Some(arguments_as_input(self.kind, arguments)),
            Input::None => None,
        };
        // The attributes given as options come last and so win.
        let mut attributes = input
            .map(|input| input.into_attributes(semconv::INPUT_VALUE, semconv::INPUT_MIME_TYPE))
            .unwrap_or_default();
        attributes.append(&mut self.attributes);
        attributes
    }
}

//! What a span says from its beginning: input, names, and the attributes given as options.

use super::attribute_value::AttributeValue;
use super::said::Said;
use super::start::Start;
use crate::OpenInferenceSpanKind;
use crate::capture::{CapturedValue, argument_as_input, arguments_as_input};
use crate::semconv;
#[cfg(feature = "schema")]
use crate::tool::Parameter;
use opentelemetry::{KeyValue, Value};

/// Takes the input and the options of a span that records.
#[derive(Debug)]
pub struct Recorder {
    kind: OpenInferenceSpanKind,
    input: Input,
    said: Said,
}

/// The input, until something comes behind it.
#[derive(Debug)]
enum Input {
    /// The most common number of arguments needs no list.
    Argument(&'static str, CapturedValue),
    Arguments(Vec<(&'static str, CapturedValue)>),
    Given(CapturedValue),
    None,
}

impl Recorder {
    /// Goes on with what was said already.
    pub(super) fn new(start: &Start, said: Said) -> Self {
        let (kind, input) = (start.site().kind, Input::Arguments(Vec::new()));
        let mut recorder = Recorder { kind, input, said };
        recorder.name(start);
        recorder
    }

    /// An argument of the function.
    pub fn argument(&mut self, name: &'static str, value: CapturedValue) {
        self.input = match std::mem::replace(&mut self.input, Input::None) {
            Input::Arguments(arguments) if arguments.is_empty() => Input::Argument(name, value),
            Input::Argument(first, of_first) => {
                Input::Arguments(vec![(first, of_first), (name, value)])
            }
            Input::Arguments(mut arguments) => {
                arguments.push((name, value));
                Input::Arguments(arguments)
            }
            other => other,
        };
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
        if let Some(value) = value.attribute_value() {
            self.set(key, value);
        }
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
        self.set(semconv::TOOL_PARAMETERS, schema.into_text());
    }

    /// The schema of the parameters, from the signature.
    #[cfg(feature = "schema")]
    pub fn derived_parameters(&mut self, parameters: &[Parameter]) {
        let schema = crate::tool::parameters(parameters).text;
        self.set(semconv::TOOL_PARAMETERS, schema);
    }

    /// The names that some kinds have besides the span's.
    fn name(&mut self, start: &Start) {
        match self.kind {
            OpenInferenceSpanKind::Agent => {
                self.said.set_once(semconv::AGENT_NAME, start.own_name());
            }
            OpenInferenceSpanKind::Tool => {
                self.said.set_once(semconv::TOOL_NAME, start.own_name());
                let documentation = start.documentation();
                if !documentation.is_empty() {
                    self.said.set_once(semconv::TOOL_DESCRIPTION, documentation);
                }
            }
            _ => {}
        }
    }

    /// What is given as an option comes behind the input and so wins.
    fn set(&mut self, key: &'static str, value: impl Into<Value>) {
        self.settle_input();
        self.said.set(KeyValue::new(key, value));
    }

    fn settle_input(&mut self) {
        let input = match std::mem::replace(&mut self.input, Input::None) {
            Input::Given(value) => value,
            Input::Argument(name, value) => argument_as_input(self.kind, name, value),
            Input::Arguments(arguments) => arguments_as_input(arguments),
            Input::None => return,
        };
        self.said.set_input(input);
    }

    pub(super) fn finish(mut self) -> Said {
        self.settle_input();
        self.said
    }
}

//! What a span says from its beginning: input, names, and the attributes given as options.

use crate::capture::{CapturedValue, arguments_as_input};
use crate::openinference::OpenInferenceSpanKind;
use crate::openinference::keys;
use crate::record::AttributeValue;
use crate::span::Said;
#[cfg(feature = "schema")]
use crate::tool::Parameter;
use opentelemetry::{KeyValue, Value};

/// Takes the input and the options of a span that records.
#[derive(Debug)]
pub struct Recorder<'a> {
    kind: OpenInferenceSpanKind,
    said: &'a mut Said,
    input: Input,
}

/// Where the input comes from.
#[derive(Debug)]
enum Input {
    /// It is there already, or there is none.
    Settled,
    NoArgument,
    /// It is there already, but for its name.
    Argument(&'static str),
    Arguments(Vec<(&'static str, CapturedValue)>),
}

impl<'a> Recorder<'a> {
    pub(super) fn new(kind: OpenInferenceSpanKind, said: &'a mut Said) -> Self {
        Recorder { kind, said, input: Input::NoArgument }
    }

    /// An argument of the function.
    #[inline]
    pub fn argument(&mut self, name: &'static str, value: CapturedValue) {
        match &mut self.input {
            Input::NoArgument => {
                self.said.input = Some(value);
                self.input = Input::Argument(name);
            }
            Input::Argument(first) => {
                let first = self.said.input.take().map(|value| (*first, value));
                self.input = Input::Arguments(first.into_iter().chain([(name, value)]).collect());
            }
            Input::Arguments(arguments) => arguments.push((name, value)),
            Input::Settled => {}
        }
    }

    /// The option `input`.
    pub fn input(&mut self, value: CapturedValue) {
        self.said.input = Some(value);
        self.input = Input::Settled;
    }

    /// The option `skip_all`.
    pub fn no_input(&mut self) {
        self.input = Input::Settled;
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
                self.attribute(keys::EMBEDDING_MODEL_NAME, model);
            }
            OpenInferenceSpanKind::Reranker => self.attribute(keys::RERANKER_MODEL_NAME, model),
            _ => {
                self.attribute(keys::LLM_REQUEST_MODEL_NAME, model);
                self.attribute(keys::LLM_MODEL_NAME, model);
            }
        }
    }

    /// The option `provider`, lower case as backends look it up.
    pub fn provider(&mut self, provider: &(impl AttributeValue + ?Sized)) {
        let key = match self.kind {
            OpenInferenceSpanKind::Llm => keys::LLM_PROVIDER,
            _ => keys::GEN_AI_PROVIDER_NAME,
        };
        let provider = provider.attribute_value().map(|name| name.as_str().to_lowercase());
        self.attribute(key, &provider);
    }

    /// The option `description`.
    pub fn description(&mut self, description: &(impl AttributeValue + ?Sized)) {
        self.attribute(keys::TOOL_DESCRIPTION, description);
    }

    /// The option `parameters`.
    pub fn parameters(&mut self, schema: CapturedValue) {
        self.set(keys::TOOL_PARAMETERS, schema.into_text());
    }

    /// The schema of the parameters, from the signature.
    #[cfg(feature = "schema")]
    pub fn derived_parameters(&mut self, parameters: &[Parameter]) {
        let schema = crate::tool::parameters_schema(parameters).text;
        self.set(keys::TOOL_PARAMETERS, schema);
    }

    /// What is given as an option comes behind the input and so wins.
    fn set(&mut self, key: &'static str, value: impl Into<Value>) {
        self.said.attributes.push(KeyValue::new(key, value));
    }

    #[inline]
    pub(super) fn finish(self) {
        let input = &mut self.said.input;
        match self.input {
            Input::NoArgument => *input = Some(arguments_as_input(Vec::new())),
            Input::Argument(name) if self.kind.names_its_arguments() => {
                *input = input.take().map(|value| arguments_as_input(vec![(name, value)]));
            }
            Input::Arguments(arguments) => *input = Some(arguments_as_input(arguments)),
            Input::Argument(_) | Input::Settled => {}
        }
    }
}

//! The options that are evaluated only if the span records: its input and its attributes.

use crate::capture::{CapturedValue, arguments_as_input, bound_value};
use crate::mask::is_secret_argument;
use crate::openinference::{OpenInferenceSpanKind, keys};
use crate::record::AttributeValue;
use crate::span::SpanContent;
#[cfg(feature = "schema")]
use crate::tool::Parameter;
use opentelemetry::{KeyValue, Value};

/// Receives the arguments of a call and the options of its annotation, and writes them into the
/// content of the span.
#[derive(Debug)]
pub struct AttributeOptions<'a> {
    kind: OpenInferenceSpanKind,
    content: &'a mut SpanContent,
    input: Input,
}

/// The origin of `input.value`.
///
/// Most functions record one argument. Its value is moved directly into the content, and the list
/// for several arguments is only allocated for the second one.
#[derive(Debug)]
pub(super) enum Input {
    /// The option `input` or `skip_all` is set, so arguments are ignored.
    Settled,
    NoArgument,
    /// The content holds the value of the argument with this name.
    Argument(&'static str),
    Arguments(Vec<(&'static str, CapturedValue<'static>)>),
}

impl<'a> AttributeOptions<'a> {
    pub(super) fn new(kind: OpenInferenceSpanKind, content: &'a mut SpanContent) -> Self {
        AttributeOptions { kind, content, input: Input::NoArgument }
    }

    /// Returns the input so far, to continue with [`resume`](Self::resume).
    pub(super) fn into_input(self) -> Input {
        self.input
    }

    /// Continues with the input that [`into_input`](Self::into_input) returned.
    pub(super) fn resume(
        kind: OpenInferenceSpanKind,
        content: &'a mut SpanContent,
        input: Input,
    ) -> Self {
        AttributeOptions { kind, content, input }
    }

    /// Adds an argument of the function.
    #[inline]
    pub fn argument(&mut self, name: &'static str, value: CapturedValue<'_>) {
        if matches!(self.input, Input::NoArgument) {
            self.content.input.set(value);
            self.input = Input::Argument(name);
        } else {
            self.further_argument(name, value);
        }
    }

    #[inline(never)]
    fn further_argument(&mut self, name: &'static str, value: CapturedValue<'_>) {
        match &mut self.input {
            Input::Argument(first) => {
                let first = self.content.input.take().map(|value| (*first, value));
                self.input = Input::Arguments(
                    first.into_iter().chain([(name, value.into_owned())]).collect(),
                );
            }
            Input::Arguments(arguments) => arguments.push((name, value.into_owned())),
            Input::NoArgument | Input::Settled => {}
        }
    }

    /// Sets the option `input`.
    pub fn input(&mut self, value: CapturedValue<'_>) {
        self.content.input.set(value);
        self.input = Input::Settled;
    }

    /// Sets the option `skip_all`: the span has no input.
    pub fn no_input(&mut self) {
        self.input = Input::Settled;
    }

    /// Adds an entry of the option `attributes`.
    pub fn attribute(&mut self, key: &'static str, value: &(impl AttributeValue + ?Sized)) {
        if let Some(mut value) = value.attribute_value() {
            bound_value(&mut value);
            self.set(key, value);
        }
    }

    /// Sets the option `model`, under the key that OpenInference has for the kind of the span.
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

    /// Sets the option `provider` in lower case, since backends look prices up by that spelling.
    pub fn provider(&mut self, provider: &(impl AttributeValue + ?Sized)) {
        let key = match self.kind {
            OpenInferenceSpanKind::Llm => keys::LLM_PROVIDER,
            _ => keys::GEN_AI_PROVIDER_NAME,
        };
        let provider = provider.attribute_value().map(|name| name.as_str().to_lowercase());
        self.attribute(key, &provider);
    }

    /// Sets the option `description`.
    pub fn description(&mut self, description: &(impl AttributeValue + ?Sized)) {
        self.attribute(keys::TOOL_DESCRIPTION, description);
    }

    /// Sets the option `parameters`: a JSON schema.
    pub fn parameters(&mut self, schema: CapturedValue<'_>) {
        self.set(keys::TOOL_PARAMETERS, schema.into_text());
    }

    /// Sets the JSON schema of the parameters that was derived from the signature.
    #[cfg(feature = "schema")]
    pub fn derived_parameters(&mut self, parameters: &[Parameter]) {
        let schema = crate::tool::parameters_schema(parameters).text;
        self.set(keys::TOOL_PARAMETERS, schema);
    }

    /// Appends an attribute. Options follow the attributes of the input in the list, where the last
    /// value of a key wins.
    fn set(&mut self, key: &'static str, value: impl Into<Value>) {
        self.content.attributes.push(KeyValue::new(key, value));
    }

    /// Combines the arguments into the input.
    pub(super) fn combine_arguments(&mut self) {
        let names_arguments = self.kind.names_its_arguments();
        match &self.input {
            Input::Settled => {}
            // The name tells the scrubber that the value is a secret.
            Input::Argument(name) if !names_arguments && !is_secret_argument(name) => {}
            _ => self.combine_into_object(names_arguments),
        }
    }

    /// Combines the arguments into an object, or into the only value that can be shown.
    #[inline(never)]
    fn combine_into_object(&mut self, names_arguments: bool) {
        let input = &mut self.content.input;
        let (arguments, is_named) = match std::mem::replace(&mut self.input, Input::Settled) {
            Input::Settled => return,
            Input::NoArgument => (Vec::new(), true),
            Input::Argument(name) => {
                let Some(value) = input.take() else { return };
                (vec![(name, value)], true)
            }
            Input::Arguments(arguments) => {
                let has_secret = arguments.iter().any(|(name, _)| is_secret_argument(name));
                (arguments, names_arguments || has_secret)
            }
        };
        input.set(arguments_as_input(arguments, is_named));
    }
}

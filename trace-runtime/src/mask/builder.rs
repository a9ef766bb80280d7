//! The public builder of masks.

use super::rules::Switch;
use crate::openinference::OpenInferenceSpanKind;
use opentelemetry::Value;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

pub(super) type MaskFunction =
    Arc<dyn Fn(&str, &Value, Option<OpenInferenceSpanKind>) -> Masked + Send + Sync>;

/// The decision of a function that was passed to [`Mask::attribute`].
///
/// ```
/// use trace_runtime::mask::Masked;
///
/// let decide = |key: &str| match key {
///     "user.id" => Masked::Drop,
///     "db.statement" => Masked::Replace("hidden".into()),
///     _ => Masked::Keep,
/// };
/// assert_eq!(decide("user.id"), Masked::Drop);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Masked {
    /// Export the value unchanged.
    Keep,
    /// Export this value instead.
    Replace(Value),
    /// Do not export the attribute.
    Drop,
}

/// Selects the data that must not leave the process, for [`Builder::mask`](crate::Builder::mask).
///
/// Each setting that is made here takes precedence over its environment variable; the other
/// variables still apply. Masks run on every span, its events, its links and its status, before the
/// span is sent, printed, or written to disk.
///
/// ```no_run
/// use trace_runtime::mask::{Mask, Masked};
///
/// let mask = Mask::new()
///     .hide_inputs(true)
///     .hide_outputs(true)
///     .attribute(|key, value, _kind| match key {
///         "user.id" => Masked::Replace("anonymous".into()),
///         _ if value.as_str().contains("@") => Masked::Drop,
///         _ => Masked::Keep,
///     });
/// let registration = trace_runtime::register().mask(mask).install()?;
/// # Ok::<(), trace_runtime::RegisterError>(())
/// ```
#[derive(Clone, Default)]
pub struct Mask {
    /// The switches that code sets. A switch that is missing here follows its variable.
    pub(super) hidden: HashMap<Switch, bool>,
    pub(super) image_bytes: Option<usize>,
    pub(super) scrub_secrets: Option<bool>,
    pub(super) functions: Vec<MaskFunction>,
}

/// Defines a method for each switch. `docs/attributes.md` has the table of keys.
macro_rules! switch_methods {
    ($($(#[$doc:meta])* $method:ident => $switch:ident,)*) => {
        impl Mask {$(
            $(#[$doc])*
            #[must_use]
            pub fn $method(mut self, hide: bool) -> Self {
                self.hidden.insert(Switch::$switch, hide);
                self
            }
        )*}
    };
}

switch_methods! {
    /// Hides inputs: `input.value`, input messages, tools, invocation parameters, prompts and
    /// prompt templates, queries, texts to embed, documents to rerank.
    ///
    /// Error messages are hidden as well, since they often quote the input. Together with
    /// [`hide_outputs`](Self::hide_outputs) it also hides `metadata`.
    ///
    /// Default: `OPENINFERENCE_HIDE_INPUTS`, otherwise false.
    ///
    /// ```
    /// let mask = trace_runtime::mask::Mask::new().hide_inputs(true);
    /// ```
    hide_inputs => Inputs,
    /// Hides outputs: `output.value`, output messages, choices, documents, embedding vectors.
    ///
    /// Error messages are hidden as well, since they often quote the output. Together with
    /// [`hide_inputs`](Self::hide_inputs) it also hides `metadata`.
    ///
    /// Default: `OPENINFERENCE_HIDE_OUTPUTS`, otherwise false.
    ///
    /// ```
    /// let mask = trace_runtime::mask::Mask::new().hide_outputs(true);
    /// ```
    hide_outputs => Outputs,
    /// Hides the input messages of LLM spans, and their `input.value`, which contains the messages.
    ///
    /// Default: `OPENINFERENCE_HIDE_INPUT_MESSAGES`, otherwise false.
    ///
    /// ```
    /// let mask = trace_runtime::mask::Mask::new().hide_input_messages(true);
    /// ```
    hide_input_messages => InputMessages,
    /// Hides the output messages of LLM spans, and their `output.value`, which contains the
    /// messages.
    ///
    /// Default: `OPENINFERENCE_HIDE_OUTPUT_MESSAGES`, otherwise false.
    ///
    /// ```
    /// let mask = trace_runtime::mask::Mask::new().hide_output_messages(true);
    /// ```
    hide_output_messages => OutputMessages,
    /// Hides images in input messages and inputs.
    ///
    /// Default: `OPENINFERENCE_HIDE_INPUT_IMAGES`, otherwise false.
    ///
    /// ```
    /// let mask = trace_runtime::mask::Mask::new().hide_input_images(true);
    /// ```
    hide_input_images => InputImages,
    /// Hides the text of input messages, and the `input.value` of LLM spans. Roles, names and the
    /// number of messages stay.
    ///
    /// Default: `OPENINFERENCE_HIDE_INPUT_TEXT`, otherwise false.
    ///
    /// ```
    /// let mask = trace_runtime::mask::Mask::new().hide_input_text(true);
    /// ```
    hide_input_text => InputText,
    /// Hides the text of output messages, and the `output.value` of LLM spans. Roles, names and the
    /// number of messages stay.
    ///
    /// Default: `OPENINFERENCE_HIDE_OUTPUT_TEXT`, otherwise false.
    ///
    /// ```
    /// let mask = trace_runtime::mask::Mask::new().hide_output_text(true);
    /// ```
    hide_output_text => OutputText,
    /// Hides the prompts of text completions and prompt templates, and the `input.value` of LLM
    /// spans.
    ///
    /// Default: `OPENINFERENCE_HIDE_PROMPTS`, otherwise false.
    ///
    /// ```
    /// let mask = trace_runtime::mask::Mask::new().hide_prompts(true);
    /// ```
    hide_prompts => Prompts,
    /// Hides the choices of text completions, and the `output.value` of LLM spans.
    ///
    /// Default: `OPENINFERENCE_HIDE_CHOICES`, otherwise false.
    ///
    /// ```
    /// let mask = trace_runtime::mask::Mask::new().hide_choices(true);
    /// ```
    hide_choices => Choices,
    /// Hides `llm.invocation_parameters`, and the `input.value` of LLM spans.
    ///
    /// Default: `OPENINFERENCE_HIDE_LLM_INVOCATION_PARAMETERS`, otherwise false.
    ///
    /// ```
    /// let mask = trace_runtime::mask::Mask::new().hide_llm_invocation_parameters(true);
    /// ```
    hide_llm_invocation_parameters => LlmInvocationParameters,
    /// Hides `llm.tools`, and the `input.value` of LLM spans.
    ///
    /// Default: `OPENINFERENCE_HIDE_LLM_TOOLS`, otherwise false.
    ///
    /// ```
    /// let mask = trace_runtime::mask::Mask::new().hide_llm_tools(true);
    /// ```
    hide_llm_tools => LlmTools,
    /// Hides the content and metadata of retrieved documents, and the `output.value` of retriever
    /// spans. Ids and scores stay.
    ///
    /// Default: `OPENINFERENCE_HIDE_RETRIEVAL_DOCUMENTS`, otherwise false.
    ///
    /// ```
    /// let mask = trace_runtime::mask::Mask::new().hide_retrieval_documents(true);
    /// ```
    hide_retrieval_documents => RetrievalDocuments,
    /// Hides embedding vectors, and the `output.value` of embedding spans.
    ///
    /// Default: `OPENINFERENCE_HIDE_EMBEDDINGS_VECTORS`, otherwise false.
    ///
    /// ```
    /// let mask = trace_runtime::mask::Mask::new().hide_embeddings_vectors(true);
    /// ```
    hide_embeddings_vectors => EmbeddingsVectors,
    /// Hides the texts that are embedded, and the `input.value` of embedding spans.
    ///
    /// Default: `OPENINFERENCE_HIDE_EMBEDDINGS_TEXT`, otherwise false.
    ///
    /// ```
    /// let mask = trace_runtime::mask::Mask::new().hide_embeddings_text(true);
    /// ```
    hide_embeddings_text => EmbeddingsText,
}

impl Mask {
    /// Creates a mask that leaves every setting to the environment.
    ///
    /// ```
    /// let mask = trace_runtime::mask::Mask::new();
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Mask::default()
    }

    /// Sets the size of the largest base64 image that is exported, in bytes of its data URL. Larger
    /// images become `__REDACTED__`, also where they are part of a text.
    ///
    /// Default: `OPENINFERENCE_BASE64_IMAGE_MAX_LENGTH`, otherwise 32,000.
    ///
    /// ```
    /// let mask = trace_runtime::mask::Mask::new().base64_image_max_length(1 << 20);
    /// ```
    #[must_use]
    pub fn base64_image_max_length(mut self, bytes: usize) -> Self {
        self.image_bytes = Some(bytes);
        self
    }

    /// Sets whether secrets in text are redacted: API keys of known formats, bearer tokens, private
    /// keys, and the values of headers, fields and variables that are named like a secret, such as
    /// `x-api-key: ..` and `OPENAI_API_KEY=..`.
    ///
    /// Default: `TRACE_SCRUB_SECRETS`, otherwise true.
    ///
    /// ```
    /// let mask = trace_runtime::mask::Mask::new().scrub_secrets(false);
    /// ```
    #[must_use]
    pub fn scrub_secrets(mut self, scrub: bool) -> Self {
        self.scrub_secrets = Some(scrub);
        self
    }

    /// Adds a function that decides about every attribute, by its key, its value and the kind of
    /// its span. It sees values after the switches and the scrubber were applied. Several functions
    /// run in the order in which they were added.
    ///
    /// The function also decides about texts that are not attributes, under these keys:
    ///
    /// | key | text | if dropped |
    /// |---|---|---|
    /// | `otel.status_description` | the description of an error status | becomes empty |
    /// | `span.name`, `event.name` | the name of a span or event | becomes `__REDACTED__` |
    ///
    /// It runs on the thread that exports, not in the traced call. If it panics, the value is
    /// dropped.
    ///
    /// ```
    /// use trace_runtime::mask::{Mask, Masked};
    ///
    /// let mask = Mask::new().attribute(|key, _value, _kind| match key {
    ///     "user.id" => Masked::Drop,
    ///     _ => Masked::Keep,
    /// });
    /// ```
    #[must_use]
    pub fn attribute(
        mut self,
        decide: impl Fn(&str, &Value, Option<OpenInferenceSpanKind>) -> Masked + Send + Sync + 'static,
    ) -> Self {
        self.functions.push(Arc::new(decide));
        self
    }
}

impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mask")
            .field("hidden", &self.hidden)
            .field("base64_image_max_length", &self.image_bytes)
            .field("scrub_secrets", &self.scrub_secrets)
            .field("attribute", &self.functions.len())
            .finish()
    }
}

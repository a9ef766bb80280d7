//! What can be said of masks in code.

use super::rules::Hidden;
use crate::openinference::OpenInferenceSpanKind;
use opentelemetry::Value;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

pub(super) type MaskFunction =
    Arc<dyn Fn(&str, &Value, Option<OpenInferenceSpanKind>) -> Masked + Send + Sync>;

/// What becomes of an attribute.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Masked {
    /// It stays as it is.
    Keep,
    /// It has this value.
    Replace(Value),
    /// It is not exported.
    Drop,
}

/// What must not leave the process, for [`Builder::mask`](crate::Builder::mask).
///
/// What is set here wins over the environment, variable by variable. Masks run on every span, its
/// events, its links and its status, before it is exported, printed, or written to disk.
///
/// ```no_run
/// use trace_runtime::{Mask, Masked};
///
/// let mask = Mask::new()
///     .hide_inputs(true)
///     .hide_outputs(true)
///     .attribute(|key, value, _kind| match key {
///         "user.id" => Masked::Replace("somebody".into()),
///         _ if value.as_str().contains("@") => Masked::Drop,
///         _ => Masked::Keep,
///     });
/// let registration = trace_runtime::register().mask(mask).install()?;
/// # Ok::<(), trace_runtime::RegisterError>(())
/// ```
#[derive(Clone, Default)]
pub struct Mask {
    pub(super) hidden: HashMap<Hidden, bool>,
    pub(super) image_bytes: Option<usize>,
    pub(super) scrub_secrets: Option<bool>,
    pub(super) functions: Vec<MaskFunction>,
}

macro_rules! switches {
    ($($(#[$doc:meta])* $method:ident => $hidden:ident,)*) => {
        impl Mask {$(
            $(#[$doc])*
            #[must_use]
            pub fn $method(mut self, hide: bool) -> Self {
                self.hidden.insert(Hidden::$hidden, hide);
                self
            }
        )*}
    };
}

switches! {
    /// Hides what goes in: `input.value`, input messages, tools, parameters, prompts and prompt
    /// templates, queries, texts that are embedded, documents to be ranked. Together with
    /// [`hide_outputs`](Self::hide_outputs) also `metadata`. Error messages are hidden by either.
    ///
    /// Default: `OPENINFERENCE_HIDE_INPUTS`.
    hide_inputs => Inputs,
    /// Hides what comes out: `output.value`, output messages, choices, documents, vectors.
    ///
    /// Default: `OPENINFERENCE_HIDE_OUTPUTS`.
    hide_outputs => Outputs,
    /// Hides the input messages of LLM spans, and so their `input.value`, which holds them too.
    ///
    /// Default: `OPENINFERENCE_HIDE_INPUT_MESSAGES`.
    hide_input_messages => InputMessages,
    /// Hides the output messages of LLM spans, and so their `output.value`.
    ///
    /// Default: `OPENINFERENCE_HIDE_OUTPUT_MESSAGES`.
    hide_output_messages => OutputMessages,
    /// Hides images in input messages and inputs.
    ///
    /// Default: `OPENINFERENCE_HIDE_INPUT_IMAGES`.
    hide_input_images => InputImages,
    /// Hides the text of input messages, and so the `input.value` of LLM spans.
    ///
    /// Default: `OPENINFERENCE_HIDE_INPUT_TEXT`.
    hide_input_text => InputText,
    /// Hides the text of output messages, and so the `output.value` of LLM spans.
    ///
    /// Default: `OPENINFERENCE_HIDE_OUTPUT_TEXT`.
    hide_output_text => OutputText,
    /// Hides the prompts of text completions.
    ///
    /// Default: `OPENINFERENCE_HIDE_PROMPTS`.
    hide_prompts => Prompts,
    /// Hides the choices of text completions.
    ///
    /// Default: `OPENINFERENCE_HIDE_CHOICES`.
    hide_choices => Choices,
    /// Hides `llm.invocation_parameters`, and so the `input.value` of LLM spans.
    ///
    /// Default: `OPENINFERENCE_HIDE_LLM_INVOCATION_PARAMETERS`.
    hide_llm_invocation_parameters => LlmInvocationParameters,
    /// Hides `llm.tools`, and so the `input.value` of LLM spans.
    ///
    /// Default: `OPENINFERENCE_HIDE_LLM_TOOLS`.
    hide_llm_tools => LlmTools,
    /// Hides what retrieved documents say, and so the `output.value` of retriever spans.
    ///
    /// Default: `OPENINFERENCE_HIDE_RETRIEVAL_DOCUMENTS`.
    hide_retrieval_documents => RetrievalDocuments,
    /// Hides vectors, and so the `output.value` of embedding spans.
    ///
    /// Default: `OPENINFERENCE_HIDE_EMBEDDINGS_VECTORS`.
    hide_embeddings_vectors => EmbeddingsVectors,
    /// Hides texts that are embedded, and so the `input.value` of embedding spans.
    ///
    /// Default: `OPENINFERENCE_HIDE_EMBEDDINGS_TEXT`.
    hide_embeddings_text => EmbeddingsText,
}

impl Mask {
    /// Hides nothing that the environment does not.
    #[must_use]
    pub fn new() -> Self {
        Mask::default()
    }

    /// The longest base64 image, in bytes of its data URL, that is exported; longer ones are
    /// `__REDACTED__`, also where they are part of a text.
    ///
    /// Default: `OPENINFERENCE_BASE64_IMAGE_MAX_LENGTH`, then 32,000.
    #[must_use]
    pub fn base64_image_max_length(mut self, bytes: usize) -> Self {
        self.image_bytes = Some(bytes);
        self
    }

    /// Whether secrets are taken out of all text: API keys by their form, bearer tokens, private
    /// keys, and what stands behind the name of a header or a variable that holds one, such as
    /// `x-api-key: ..` or `OPENAI_API_KEY=..`.
    ///
    /// Default: `TRACE_SCRUB_SECRETS`, then true.
    #[must_use]
    pub fn scrub_secrets(mut self, scrub: bool) -> Self {
        self.scrub_secrets = Some(scrub);
        self
    }

    /// Decides about every attribute by its key, its value, and the kind of its span, after all
    /// else has been hidden. It is also asked about what is no attribute: the text of an error status
    /// has the key `otel.status_description`, the names of span and events have `span.name` and
    /// `event.name`, which become `__REDACTED__` where they are dropped. If the function panics, the
    /// value is dropped. May be called several times.
    ///
    /// It runs on the thread that exports.
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

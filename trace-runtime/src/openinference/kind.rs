//! The span kinds of OpenInference.

use crate::openinference::keys;
use opentelemetry::KeyValue;

/// What a span stands for, the attribute `openinference.span.kind`.
///
/// Not to be confused with OpenTelemetry's own span kind, which is `Internal` on all of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OpenInferenceSpanKind {
    /// An agent: calls models and tools to reach a goal.
    Agent,
    /// A step that glues others together, or the entry of an application.
    Chain,
    /// A call of a language model.
    Llm,
    /// A call of a tool or function.
    Tool,
    /// A look-up of documents.
    Retriever,
    /// A call of an embedding model.
    Embedding,
    /// A re-ordering of documents.
    Reranker,
    /// A check of input or output.
    Guardrail,
    /// An evaluation of an output.
    Evaluator,
    /// The rendering of a prompt template.
    Prompt,
    /// A decision of a model among given choices.
    Decision,
}

impl OpenInferenceSpanKind {
    const ALL: [Self; 11] = [
        Self::Agent,
        Self::Chain,
        Self::Llm,
        Self::Tool,
        Self::Retriever,
        Self::Embedding,
        Self::Reranker,
        Self::Guardrail,
        Self::Evaluator,
        Self::Prompt,
        Self::Decision,
    ];

    /// The value on the wire: upper case, as backends store it verbatim.
    ///
    /// ```
    /// assert_eq!(trace_runtime::OpenInferenceSpanKind::Llm.as_str(), "LLM");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "AGENT",
            Self::Chain => "CHAIN",
            Self::Llm => "LLM",
            Self::Tool => "TOOL",
            Self::Retriever => "RETRIEVER",
            Self::Embedding => "EMBEDDING",
            Self::Reranker => "RERANKER",
            Self::Guardrail => "GUARDRAIL",
            Self::Evaluator => "EVALUATOR",
            Self::Prompt => "PROMPT",
            Self::Decision => "DECISION",
        }
    }

    /// The kind that a span says it has, if it is one of these.
    pub(crate) fn of(attributes: &[KeyValue]) -> Option<Self> {
        let last = attributes.iter().rfind(|kv| kv.key.as_str() == keys::SPAN_KIND)?;
        let name = last.value.as_str();
        Self::ALL.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(&name))
    }

    pub(crate) fn attribute(self) -> KeyValue {
        KeyValue::new(keys::SPAN_KIND, self.as_str())
    }

    /// Whether what was exchanged with a model is read from the input and the output.
    pub(crate) fn is_read(self) -> bool {
        matches!(self, Self::Llm | Self::Embedding | Self::Reranker)
    }

    /// Whether the input is an object of the arguments even where there is just one.
    pub(crate) fn names_its_arguments(self) -> bool {
        matches!(self, Self::Llm | Self::Tool | Self::Decision)
    }
}

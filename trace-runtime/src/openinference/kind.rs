//! The span kinds of OpenInference.
//!
//! `DECISION` is the latest addition to the specification (`spec/decision_spans.md`).

use crate::openinference::keys;
use opentelemetry::KeyValue;

/// The kind of operation that a span describes: the attribute `openinference.span.kind`.
///
/// Backends choose how to show a span by this kind. It is independent of OpenTelemetry's span kind,
/// which is `Client` on HTTP exchanges, `Server` on tools that another process calls, and
/// `Internal` on all other spans of this crate.
///
/// ```
/// use trace_runtime::OpenInferenceSpanKind;
///
/// assert_eq!(OpenInferenceSpanKind::Retriever.as_str(), "RETRIEVER");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OpenInferenceSpanKind {
    /// An agent, which calls models and tools to reach a goal.
    Agent,
    /// A step that connects other steps, or the entry point of an application.
    Chain,
    /// A call of a large language model.
    Llm,
    /// A call of a tool or a function, usually requested by a model.
    Tool,
    /// A search for documents, for example in a vector store.
    Retriever,
    /// A call of a model that converts text to vectors.
    Embedding,
    /// A call that sorts documents by their relevance to a query.
    Reranker,
    /// A check that may change or reject an input or an output.
    Guardrail,
    /// An evaluation of a model's output.
    Evaluator,
    /// The rendering of a prompt template.
    Prompt,
    /// A decision of a model among given options, for example a classification.
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

    /// Returns the value on the wire, in upper case as the specification requires.
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

    /// Returns the kind that is set in the attributes of a span, or `None` if there is none or it
    /// is not a known kind. The comparison ignores case, because Phoenix accepts lower case too and
    /// a mask must not miss a span that a backend would show as an LLM span.
    pub(crate) fn from_attributes(attributes: &[KeyValue]) -> Option<Self> {
        let last = attributes.iter().rfind(|kv| kv.key.as_str() == keys::SPAN_KIND)?;
        let name = last.value.as_str();
        Self::ALL.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(&name))
    }

    /// Returns the attribute `openinference.span.kind`.
    pub(crate) fn attribute(self) -> KeyValue {
        KeyValue::new(keys::SPAN_KIND, self.as_str())
    }

    /// Returns true for kinds whose input and output are the request and the response of a model.
    ///
    /// The `enrich` stage parses these values, so they are captured whole and truncated only after
    /// it.
    #[inline]
    pub(crate) fn is_model_call(self) -> bool {
        matches!(self, Self::Llm | Self::Embedding | Self::Reranker)
    }

    /// Returns true for kinds whose input is always a JSON object of the arguments by name, even of
    /// a single argument. The other kinds record a single argument as it is, as OpenInference's
    /// Python decorators do.
    #[inline]
    pub(crate) fn names_its_arguments(self) -> bool {
        matches!(self, Self::Llm | Self::Tool | Self::Decision)
    }
}

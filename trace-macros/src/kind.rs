//! The span kinds, one macro each, and the options each macro accepts.

use crate::options::names;
use proc_macro2::{Ident, Span};

/// Which of the eleven macros was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Agent,
    Chain,
    Llm,
    Tool,
    Retriever,
    Embedding,
    Reranker,
    Guardrail,
    Evaluator,
    Prompt,
    Decision,
}

impl Kind {
    /// The macro's name as users write it.
    pub(crate) fn macro_name(self) -> String {
        self.variant_name().to_lowercase()
    }

    /// The variant of the runtime's `OpenInferenceSpanKind`.
    pub(crate) fn variant(self) -> Ident {
        Ident::new(&self.variant_name(), Span::mixed_site())
    }

    /// Every option this macro accepts, in the order of the documentation.
    pub(crate) fn accepted_options(self) -> Vec<&'static str> {
        let own: &[&str] = match self {
            Kind::Tool => &names::TOOL,
            Kind::Llm | Kind::Embedding | Kind::Reranker => &names::MODEL,
            _ => &[],
        };
        names::ALL.iter().chain(own).copied().collect()
    }

    fn variant_name(self) -> String {
        format!("{self:?}")
    }
}

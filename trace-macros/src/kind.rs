//! The span kinds: one macro for each.

use proc_macro2::{Ident, Span};

/// Passes the table of the span kinds to the macro `$callback`.
///
/// The left column is the name of the attribute macro. The right column is the variant of `Kind`
/// and, with the same spelling, of `OpenInferenceSpanKind` in the runtime. This crate cannot depend
/// on the runtime, so nothing but this column connects the two enums. A wrong spelling is a compile
/// error in every function that uses the macro.
///
/// To add a kind, add a line here, a variant in the runtime's `openinference/kind.rs`, and a
/// documented re-export in the runtime's `macros.rs`.
macro_rules! span_kinds {
    ($callback:ident) => {
        $callback! {
            agent => Agent,
            chain => Chain,
            llm => Llm,
            tool => Tool,
            retriever => Retriever,
            embedding => Embedding,
            reranker => Reranker,
            guardrail => Guardrail,
            evaluator => Evaluator,
            prompt => Prompt,
            decision => Decision,
        }
    };
}

/// Defines `Kind` from the lines of `span_kinds!`.
macro_rules! define_kind {
    ($($macro_name:ident => $variant:ident,)*) => {
        /// The span kind that an annotation requests.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Kind {
            $($variant,)*
        }

        impl Kind {
            /// Returns the name of the macro: `llm` for `#[llm]`. Error messages quote it.
            pub(crate) fn macro_name(self) -> &'static str {
                match self {
                    $(Kind::$variant => stringify!($macro_name),)*
                }
            }

            /// The names of the macros.
            pub(crate) const MACRO_NAMES: [&str; [$(stringify!($macro_name)),*].len()] =
                [$(stringify!($macro_name)),*];

            /// Returns the kind of the macro with this name.
            pub(crate) fn from_macro_name(name: &str) -> Option<Kind> {
                match name {
                    $(stringify!($macro_name) => Some(Kind::$variant),)*
                    _ => None,
                }
            }

            /// Returns the variant of the runtime enum `OpenInferenceSpanKind`, for generated code.
            pub(crate) fn runtime_variant(self) -> Ident {
                let name = match self {
                    $(Kind::$variant => stringify!($variant),)*
                };
                Ident::new(name, Span::mixed_site())
            }
        }
    };
}

span_kinds!(define_kind);

pub(crate) use span_kinds;

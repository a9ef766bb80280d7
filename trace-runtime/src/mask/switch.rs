//! The switches that hide something, as OpenInference names them.

macro_rules! switches {
    ($($switch:ident => [$($variable:literal),+],)*) => {
        /// A switch.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(super) enum Hidden {
            $($switch,)*
        }

        impl Hidden {
            pub(super) const ALL: &[Hidden] = &[$(Hidden::$switch,)*];

            /// The variables that set it, an older name last.
            pub(super) fn variables(self) -> &'static [&'static str] {
                match self {
                    $(Hidden::$switch => &[$($variable),+],)*
                }
            }
        }
    };
}

switches! {
    Inputs => ["OPENINFERENCE_HIDE_INPUTS"],
    Outputs => ["OPENINFERENCE_HIDE_OUTPUTS"],
    InputMessages => ["OPENINFERENCE_HIDE_INPUT_MESSAGES"],
    OutputMessages => ["OPENINFERENCE_HIDE_OUTPUT_MESSAGES"],
    InputImages => ["OPENINFERENCE_HIDE_INPUT_IMAGES"],
    InputText => ["OPENINFERENCE_HIDE_INPUT_TEXT"],
    OutputText => ["OPENINFERENCE_HIDE_OUTPUT_TEXT"],
    Prompts => ["OPENINFERENCE_HIDE_PROMPTS"],
    Choices => ["OPENINFERENCE_HIDE_CHOICES"],
    LlmInvocationParameters => ["OPENINFERENCE_HIDE_LLM_INVOCATION_PARAMETERS"],
    LlmTools => ["OPENINFERENCE_HIDE_LLM_TOOLS"],
    RetrievalDocuments => ["OPENINFERENCE_HIDE_RETRIEVAL_DOCUMENTS"],
    EmbeddingsVectors =>
        ["OPENINFERENCE_HIDE_EMBEDDINGS_VECTORS", "OPENINFERENCE_HIDE_EMBEDDING_VECTORS"],
    EmbeddingsText => ["OPENINFERENCE_HIDE_EMBEDDINGS_TEXT"],
}

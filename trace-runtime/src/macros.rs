//! Re-exports the macros with their documentation.
//!
//! The text is here and not in `trace-macros`, because its examples need this crate. Each page is
//! a description, then the table of options, then the rows of options that only some macros have.

#[doc = include_str!("macros/agent.md")]
#[doc = include_str!("macros/options.md")]
pub use trace_macros::agent;
#[doc = include_str!("macros/chain.md")]
#[doc = include_str!("macros/options.md")]
pub use trace_macros::chain;
#[doc = include_str!("macros/decision.md")]
#[doc = include_str!("macros/options.md")]
pub use trace_macros::decision;
#[doc = include_str!("macros/embedding.md")]
#[doc = include_str!("macros/options.md")]
#[doc = include_str!("macros/options_model.md")]
pub use trace_macros::embedding;
#[doc = include_str!("macros/evaluator.md")]
#[doc = include_str!("macros/options.md")]
pub use trace_macros::evaluator;
#[doc = include_str!("macros/guardrail.md")]
#[doc = include_str!("macros/options.md")]
pub use trace_macros::guardrail;
#[doc = include_str!("macros/llm.md")]
#[doc = include_str!("macros/options.md")]
#[doc = include_str!("macros/options_model.md")]
pub use trace_macros::llm;
#[doc = include_str!("macros/prompt.md")]
#[doc = include_str!("macros/options.md")]
pub use trace_macros::prompt;
#[doc = include_str!("macros/reranker.md")]
#[doc = include_str!("macros/options.md")]
#[doc = include_str!("macros/options_model.md")]
pub use trace_macros::reranker;
#[doc = include_str!("macros/retriever.md")]
#[doc = include_str!("macros/options.md")]
pub use trace_macros::retriever;
#[doc = include_str!("macros/traced.md")]
#[doc = include_str!("macros/options.md")]
#[doc = include_str!("macros/options_model.md")]
#[doc = include_str!("macros/options_traced.md")]
pub use trace_macros::traced;
// The page of `tool` ends with the opening fence of an example, which compiles only with `schema`.
#[doc = include_str!("macros/tool.md")]
#[cfg_attr(feature = "schema", doc = "```")]
#[cfg_attr(not(feature = "schema"), doc = "```ignore")]
#[doc = include_str!("macros/tool_schema.md")]
#[doc = include_str!("macros/options.md")]
#[doc = include_str!("macros/options_tool.md")]
pub use trace_macros::tool;

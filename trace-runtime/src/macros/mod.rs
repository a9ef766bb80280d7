//! The attribute macros, documented where users meet them.

#[doc = include_str!("agent.md")]
#[doc = include_str!("options.md")]
pub use trace_macros::agent;
#[doc = include_str!("chain.md")]
#[doc = include_str!("options.md")]
pub use trace_macros::chain;
#[doc = include_str!("decision.md")]
#[doc = include_str!("options.md")]
pub use trace_macros::decision;
#[doc = include_str!("embedding.md")]
#[doc = include_str!("options.md")]
#[doc = include_str!("options_model.md")]
pub use trace_macros::embedding;
#[doc = include_str!("evaluator.md")]
#[doc = include_str!("options.md")]
pub use trace_macros::evaluator;
#[doc = include_str!("guardrail.md")]
#[doc = include_str!("options.md")]
pub use trace_macros::guardrail;
#[doc = include_str!("llm.md")]
#[doc = include_str!("options.md")]
#[doc = include_str!("options_model.md")]
pub use trace_macros::llm;
#[doc = include_str!("prompt.md")]
#[doc = include_str!("options.md")]
pub use trace_macros::prompt;
#[doc = include_str!("reranker.md")]
#[doc = include_str!("options.md")]
#[doc = include_str!("options_model.md")]
pub use trace_macros::reranker;
#[doc = include_str!("retriever.md")]
#[doc = include_str!("options.md")]
pub use trace_macros::retriever;
#[doc = include_str!("tool.md")]
#[cfg_attr(feature = "schema", doc = "```")]
#[cfg_attr(not(feature = "schema"), doc = "```ignore")]
#[doc = include_str!("tool_schema.md")]
#[doc = include_str!("options.md")]
#[doc = include_str!("options_tool.md")]
pub use trace_macros::tool;

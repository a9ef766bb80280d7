//! The attribute macros, documented where users meet them.

#[doc = include_str!("agent.md")]
pub use trace_macros::agent;
#[doc = include_str!("chain.md")]
pub use trace_macros::chain;
#[doc = include_str!("decision.md")]
pub use trace_macros::decision;
#[doc = include_str!("embedding.md")]
pub use trace_macros::embedding;
#[doc = include_str!("evaluator.md")]
pub use trace_macros::evaluator;
#[doc = include_str!("guardrail.md")]
pub use trace_macros::guardrail;
#[doc = include_str!("llm.md")]
pub use trace_macros::llm;
#[doc = include_str!("prompt.md")]
pub use trace_macros::prompt;
#[doc = include_str!("reranker.md")]
pub use trace_macros::reranker;
#[doc = include_str!("retriever.md")]
pub use trace_macros::retriever;
#[doc = include_str!("tool.md")]
pub use trace_macros::tool;

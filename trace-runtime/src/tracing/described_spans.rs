//! The span names of crates that describe their calls without the GenAI conventions.

use crate::openinference::OpenInferenceSpanKind::{self as Kind, Agent, Chain, Embedding, Llm};
use crate::openinference::OpenInferenceSpanKind::{Retriever, Tool};

/// The kind of the spans that a crate gives certain names.
struct DescribedSpans {
    /// The crate, which is the first part of the spans' target.
    crate_name: &'static str,
    kind: Kind,
    /// The names in the source. A name at run time (`otel.name`) does not matter.
    names: &'static [&'static str],
}

const fn spans(
    crate_name: &'static str,
    kind: Kind,
    names: &'static [&'static str],
) -> DescribedSpans {
    DescribedSpans { crate_name, kind, names }
}

/// The spans of `langchain-rust` 7 and of the crates of `swiftide` 0.33, without those that only
/// show how the work is divided, such as `then_in_batch`.
const DESCRIBED: [DescribedSpans; 14] = [
    spans("langchain_rust", Llm, &["llm.generate"]),
    spans("langchain_rust", Embedding, &["embed.documents", "embed.query"]),
    spans("langchain_rust", Chain, &["chain.call", "agent.plan"]),
    spans("langchain_rust", Agent, &["agent.run"]),
    spans("langchain_rust", Tool, &["tool.call"]),
    spans(
        "swiftide_agents",
        Agent,
        &["agent.query", "agent.query_once", "agent.run", "agent.run_once"],
    ),
    spans("swiftide_agents", Chain, &["step"]),
    spans("swiftide_agents", Tool, &["tool"]),
    spans(
        "swiftide_integrations",
        Llm,
        &["complete", "prompt", "structured_prompt_dyn", "stream", "responses_stream"],
    ),
    spans("swiftide_indexing", Chain, &["indexing_pipeline.run"]),
    spans("swiftide_indexing", Embedding, &["transformers.embed"]),
    spans(
        "swiftide_query",
        Chain,
        &["query_pipeline.query", "query_pipeline.query_mut", "query_pipeline.query_all"],
    ),
    spans("swiftide_query", Chain, &["then_transform_query", "then_answer"]),
    spans("swiftide_query", Retriever, &["then_retrieve"]),
];

/// Returns the kind of a span, or `None` if its crate does not describe it in a known way.
pub(super) fn kind_of(target: &str, name: &str) -> Option<Kind> {
    let crate_name = target.split("::").next()?;
    let found = DESCRIBED
        .iter()
        .find(|each| each.crate_name == crate_name && each.names.contains(&name))?;
    Some(found.kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kind_of_a_span_follows_from_its_crate_and_its_name() {
        for (target, name, kind) in [
            ("langchain_rust::observability", "llm.generate", Some(Llm)),
            ("langchain_rust::chain::llm_chain", "chain.call", Some(Chain)),
            ("langchain_rust::agent::executor", "tool.call", Some(Tool)),
            ("swiftide_agents::agent", "agent.query", Some(Agent)),
            ("swiftide_agents::agent", "tool", Some(Tool)),
            ("swiftide_integrations::openai::chat_completion", "complete", Some(Llm)),
            ("swiftide_query::query::pipeline", "then_retrieve", Some(Retriever)),
            ("swiftide_indexing::pipeline", "then_in_batch", None),
            ("my_app", "llm.generate", None),
            ("langchain_rust_tools", "tool.call", None),
        ] {
            assert_eq!(kind_of(target, name), kind, "{target} {name}");
        }
    }
}

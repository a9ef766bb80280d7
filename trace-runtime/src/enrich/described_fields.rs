//! Translates the fields of `langchain-rust`, whose spans come through the crate `tracing`.
//!
//! `llm.generate` has `provider`, `model`, `prompt_tokens`, `completion_tokens` and `total_tokens`;
//! `embed.query` and `embed.documents` have the first two; `tool.call` has `tool`. Each of them has
//! `error`.

use crate::openinference::{OpenInferenceSpanKind as Kind, add_missing, keys};
use crate::record::{Attributes, LlmModel, TokenCount};
use opentelemetry::KeyValue;
use opentelemetry::trace::Status;
use opentelemetry_sdk::trace::SpanData;

/// The names of its spans, which the layer for `tracing` has given a kind.
const NAMES: [&str; 7] = [
    "agent.plan",
    "agent.run",
    "chain.call",
    "embed.documents",
    "embed.query",
    "llm.generate",
    "tool.call",
];

/// Adds the attributes that follow from the fields of such a span, and its error.
pub(super) fn translate(span: &mut SpanData, kind: Kind) {
    if !are_in(span.instrumentation_scope.name()) || !NAMES.contains(&span.name.as_ref()) {
        return;
    }
    let text = |name: &str| field(&span.attributes, name);
    let count = |name: &str| text(name)?.parse::<u64>().ok();
    let mut attributes = Attributes::default();
    match kind {
        Kind::Llm => {
            attributes.record(&LlmModel {
                provider: text("provider").map(provider),
                requested: text("model"),
                ..LlmModel::default()
            });
            attributes.record(&TokenCount {
                prompt: count("prompt_tokens"),
                completion: count("completion_tokens"),
                total: count("total_tokens"),
                ..TokenCount::default()
            });
        }
        Kind::Embedding => {
            attributes.set(keys::EMBEDDING_MODEL_NAME, text("model"));
            attributes.set(keys::GEN_AI_PROVIDER_NAME, text("provider").map(provider));
        }
        Kind::Tool => attributes.set(keys::TOOL_NAME, text("tool")),
        _ => {}
    }
    if let (Status::Unset, Some(error)) = (&span.status, text("error")) {
        span.status = Status::error(error);
    }
    add_missing(&mut span.attributes, attributes);
}

/// Returns true if spans of this scope may have such fields.
pub(super) fn are_in(scope: &str) -> bool {
    scope == keys::TRACING_SCOPE
}

fn field(attributes: &[KeyValue], name: &str) -> Option<String> {
    let found = attributes.iter().rfind(|attribute| attribute.key.as_str() == name)?;
    Some(found.value.as_str().into_owned())
}

/// Returns `llm.provider` for a provider of the crate.
fn provider(name: String) -> String {
    match name.as_str() {
        "claude" => "anthropic".to_owned(),
        "bedrock" => "aws".to_owned(),
        "mistral" => "mistralai".to_owned(),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::test_span::test_span;
    use opentelemetry::InstrumentationScope;

    fn described(name: &'static str, fields: &[(&'static str, &'static str)]) -> SpanData {
        let fields = fields.iter().map(|(key, value)| KeyValue::new(*key, *value)).collect();
        SpanData {
            name: name.into(),
            instrumentation_scope: InstrumentationScope::builder(keys::TRACING_SCOPE).build(),
            ..test_span(fields)
        }
    }

    #[test]
    fn translate_of_a_model_call_adds_model_provider_tokens_and_error() {
        let mut span = described(
            "llm.generate",
            &[
                ("provider", "claude"),
                ("model", "claude-x"),
                ("prompt_tokens", "9"),
                ("completion_tokens", "2"),
                ("total_tokens", "11"),
                ("error", "overloaded"),
            ],
        );
        translate(&mut span, Kind::Llm);
        for (key, expected) in [
            (keys::LLM_PROVIDER, "anthropic"),
            (keys::LLM_MODEL_NAME, "claude-x"),
            (keys::LLM_TOKEN_COUNT_PROMPT, "9"),
            (keys::LLM_TOKEN_COUNT_TOTAL, "11"),
        ] {
            assert_eq!(field(&span.attributes, key).as_deref(), Some(expected), "{key}");
        }
        assert_eq!(span.status, Status::error("overloaded"));
    }

    #[test]
    fn translate_of_a_tool_adds_its_name_and_of_another_scope_nothing() {
        let mut tool = described("tool.call", &[("tool", "weather")]);
        translate(&mut tool, Kind::Tool);
        assert_eq!(field(&tool.attributes, keys::TOOL_NAME).as_deref(), Some("weather"));
        let mut foreign = described("tool.call", &[("tool", "weather")]);
        foreign.instrumentation_scope = InstrumentationScope::default();
        translate(&mut foreign, Kind::Tool);
        assert_eq!(foreign.attributes.len(), 1);
    }
}

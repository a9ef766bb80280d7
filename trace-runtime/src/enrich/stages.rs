//! What the worker does to a span before it leaves: enrich, add GenAI twins, mask, limit.

use super::limit::{self, Limits};
use super::{add_twins, enrich};
use crate::mask::{self, MaskSettings};
use opentelemetry_sdk::trace::SpanData;

/// The last look at a span: behind it are only the wire, the console and the disk.
#[derive(Clone, Debug)]
pub(crate) struct Transform {
    pub(crate) limits: Limits,
    /// Whether to say in the GenAI conventions what is said in OpenInference.
    pub(crate) gen_ai: bool,
    pub(crate) mask: MaskSettings,
}

impl Transform {
    /// Adds what is said elsewhere, in the input, the output or another convention, hides what must
    /// not be seen, and brings all of it within the limits.
    pub(crate) fn apply(&self, span: &mut SpanData) {
        enrich(span);
        if self.gen_ai {
            add_twins(span);
        }
        mask::apply(span, &self.mask);
        limit::apply(span, self.limits);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Environment;
    use crate::openinference::keys;
    use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status};
    use opentelemetry::{InstrumentationScope, KeyValue, Value};
    use opentelemetry_sdk::trace::{SpanEvents, SpanLinks};
    use serde_json::json;

    fn span(attributes: Vec<KeyValue>) -> SpanData {
        let now = opentelemetry::time::now();
        SpanData {
            span_context: SpanContext::empty_context(),
            parent_span_id: SpanId::INVALID,
            parent_span_is_remote: false,
            span_kind: SpanKind::Internal,
            name: "call".into(),
            start_time: now,
            end_time: now,
            attributes,
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: Status::Unset,
            instrumentation_scope: InstrumentationScope::default(),
        }
    }

    fn conversation() -> SpanData {
        let messages = vec![json!({"role": "user", "content": "hi"}); 500];
        let input = json!({"model": "gpt-4o", "messages": messages}).to_string();
        let answer = json!({"role": "assistant", "content": "hello"});
        let output = json!({
            "choices": [{"message": answer, "finish_reason": "stop"}],
            "model": "gpt-4o-2024-08-06",
            "usage": {"prompt_tokens": 900, "completion_tokens": 2, "total_tokens": 902},
        });
        let kind = crate::OpenInferenceSpanKind::Llm.attribute();
        span(vec![
            kind,
            KeyValue::new(keys::INPUT_VALUE, input),
            KeyValue::new(keys::INPUT_MIME_TYPE, keys::MIME_JSON),
            KeyValue::new(keys::OUTPUT_VALUE, output.to_string()),
            KeyValue::new(keys::SESSION_ID, "s1"),
        ])
    }

    fn value(span: &SpanData, key: &str) -> Option<Value> {
        span.attributes.iter().find(|kv| kv.key.as_str() == key).map(|kv| kv.value.clone())
    }

    fn transform(limits: Limits) -> Transform {
        let mask = MaskSettings::resolve(None, &Environment::default()).expect("no variable");
        Transform { limits, gen_ai: true, mask }
    }

    #[test]
    fn what_matters_stays_whatever_is_cut() {
        let mut span = conversation();
        transform(Limits { value_bytes: 1 << 20, attributes: 20 }).apply(&mut span);
        assert_eq!((span.attributes.len(), span.dropped_attributes_count > 900), (20, true));
        let expected = [
            (keys::SPAN_KIND, "LLM"),
            (keys::SESSION_ID, "s1"),
            (keys::LLM_MODEL_NAME, "gpt-4o-2024-08-06"),
            (keys::LLM_TOKEN_COUNT_PROMPT, "900"),
            (keys::LLM_TOKEN_COUNT_COMPLETION, "2"),
            (keys::LLM_TOKEN_COUNT_TOTAL, "902"),
        ];
        for (key, expected) in expected {
            let value = value(&span, key).map(|value| value.to_string());
            assert_eq!(value.as_deref(), Some(expected), "{key}");
        }
        assert!(value(&span, keys::INPUT_VALUE).is_some_and(|input| input.as_str().len() > 900));
        assert!(value(&span, keys::OUTPUT_VALUE).is_some());
    }

    #[test]
    fn the_whole_input_is_read_before_it_is_cut() {
        let mut span = conversation();
        transform(Limits { value_bytes: 100, attributes: 10_000 }).apply(&mut span);
        let last = format!("{}.499.{}", keys::LLM_INPUT_MESSAGES, keys::MESSAGE_CONTENT);
        assert_eq!(value(&span, &last), Some("hi".into()));
        assert_eq!(value(&span, keys::INPUT_MIME_TYPE), Some(keys::MIME_TEXT.into()));
    }
}

//! The stages that an ended span passes before it leaves the process.

use super::additions::{self, Addition};
use super::counted_once::Lineage;
use super::limit::{self, Limits};
use super::{Additions, CountedOnce, EndedSpan, Prices};
use super::{add_gen_ai_attributes, described_fields, enrich};
use crate::mask::{self, MaskSettings};
use crate::span::{PlainSpan, SpanRecord};
use opentelemetry::{Array, StringValue, Value};
use opentelemetry_sdk::trace::SpanData;
use std::slice;

/// The stages of one pipeline, with their settings.
///
/// Two pipelines run them: the workers of delivery, and [`EnrichExporter`](super::EnrichExporter)
/// inside a provider that the application builds. A stage that a pipeline does not have is `None`
/// or `false`. The type has no `Default`, so that a pipeline without a mask is always a decision
/// that can be read in the code.
#[derive(Clone, Debug)]
pub(crate) struct Stages {
    /// The prices from which costs are estimated.
    pub(crate) prices: Prices,
    /// True if spans also carry the attributes of the GenAI conventions.
    pub(crate) gen_ai: bool,
    /// The attributes that the backend at the end of the pipeline needs besides those.
    pub(crate) additions: &'static [Addition],
    /// `None` if the pipeline hides nothing, which is not the default of a registration: without
    /// any setting it still redacts secrets and large images.
    pub(crate) mask: Option<MaskSettings>,
    /// `None` if the pipeline truncates nothing. The provider around an `EnrichExporter` has limits
    /// of the SDK, and has applied them already.
    pub(crate) limits: Option<Limits>,
}

impl Stages {
    /// Runs the stages on a batch. This function alone lists them, so that both pipelines agree.
    ///
    /// The order matters:
    ///
    /// 1. Enrich parses the JSON of the input and the output, so both must still be whole: JSON
    ///    that was redacted or truncated does not parse. Token counts that repeat those of
    ///    descendants are removed next, as soon as all of the batch are known. What is left is
    ///    priced.
    /// 2. GenAI attributes are translated from the OpenInference attributes, including those that
    ///    enrich has just derived.
    /// 3. The attributes of one backend follow: its table copies attributes of both kinds.
    /// 4. The mask follows, because derived and translated attributes repeat the content that it
    ///    hides. It precedes the limits, because half a secret no longer looks like a secret.
    /// 5. The limits are last, because every other stage may add attributes or replace values.
    pub(crate) fn apply(&self, spans: &mut [SpanData], counted: &CountedOnce) {
        for span in &mut *spans {
            self.enrich(span);
        }
        let lineages: Vec<_> = spans.iter().map(Lineage::of).collect();
        counted.apply(&lineages, spans.iter_mut().map(Some));
        for span in spans {
            self.complete(span);
        }
    }

    /// Runs the stages that look at all spans of a batch. [`complete`](Stages::complete) runs the
    /// others, so that each span can be encoded directly after it.
    pub(crate) fn begin(&self, spans: &mut [EndedSpan<'_>], counted: &CountedOnce) {
        for span in spans.iter_mut().filter_map(EndedSpan::data) {
            self.enrich(span);
        }
        let lineages: Vec<_> = spans.iter().map(EndedSpan::lineage).collect();
        counted.apply(&lineages, spans.iter_mut().map(EndedSpan::data));
    }

    fn enrich(&self, span: &mut SpanData) {
        enrich(span, self.limits().attributes);
    }

    /// Runs the stages after enrich on a span.
    pub(crate) fn complete(&self, span: &mut SpanData) {
        self.prices.estimate(span);
        if self.gen_ai {
            add_gen_ai_attributes(span);
        }
        if !self.additions.is_empty() {
            additions::apply(span, self.additions);
        }
        if let Some(settings) = &self.mask {
            mask::apply(span, settings, self.cut(), &|key| {
                additions::original(self.additions, key)
            });
        }
        if let Some(limits) = self.limits {
            limit::apply(span, limits);
        }
    }

    /// Returns true if no stage derives anything for a span, and each of them changes only single
    /// values. Such a span is encoded from its record if the stages also
    /// [keep its values](Stages::keep_values_of).
    pub(crate) fn derive_nothing_for(&self, record: &SpanRecord) -> bool {
        !self.gen_ai
            && self.additions.is_empty()
            && self.mask.as_ref().is_none_or(MaskSettings::only_redacts)
            && self.limits().attributes >= PlainSpan::MAX_ATTRIBUTES
            && !described_fields::are_in(record.call.site.crate_name)
            && record.is_plain()
    }

    /// Returns true if the stages leave the values of a plain span as they are. Most values have no
    /// secret and are short.
    pub(crate) fn keep_values_of(&self, span: &PlainSpan<'_>) -> bool {
        let mask = self.mask.as_ref();
        let keep = |key: &str, text: &str| {
            limit::is_within(text, self.limits().value_bytes)
                && mask.is_none_or(|mask| mask::keeps_text(mask, key, text, self.cut()))
        };
        span.texts().all(|(key, text)| keep(key, text))
            && span.set_attributes().all(|attribute| {
                let key = attribute.key.as_str();
                mask.is_none_or(|mask| mask::keeps_key(mask, key))
                    && texts(&attribute.value).all(|text| keep(key, text))
            })
    }

    /// Returns the length at which the last stage cuts each text.
    fn cut(&self) -> Option<usize> {
        self.limits.map(|limits| limits.value_bytes)
    }

    /// Returns the stages for a backend that needs these additions.
    pub(crate) fn with(&self, additions: &Additions) -> Self {
        let gen_ai = additions.gen_ai.unwrap_or(self.gen_ai);
        Stages { gen_ai, additions: additions.attributes, ..self.clone() }
    }

    /// Returns true if secrets are redacted.
    pub(crate) fn scrubs_secrets(&self) -> bool {
        self.mask.as_ref().is_some_and(|mask| mask.scrub_secrets)
    }

    /// Returns the limits of this pipeline. Capture uses the same limits, so that no memory is
    /// spent on bytes that the last stage would remove.
    pub(crate) fn limits(&self) -> Limits {
        self.limits.unwrap_or(Limits::UNLIMITED)
    }
}

/// Returns the texts of a value.
fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let texts = match value {
        Value::String(text) => slice::from_ref(text),
        Value::Array(Array::String(texts)) => texts.as_slice(),
        _ => &[],
    };
    texts.iter().map(StringValue::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Environment;
    use crate::enrich::test_span::test_span;
    use crate::mask::Mask;
    use crate::openinference::{OpenInferenceSpanKind, keys};
    use opentelemetry::KeyValue;
    use serde_json::json;

    /// Returns an LLM span whose request has so many messages.
    fn conversation(messages: usize) -> SpanData {
        let messages = vec![json!({"role": "user", "content": "hi"}); messages];
        let input = json!({"model": "gpt-4o", "messages": messages}).to_string();
        let answer = json!({"role": "assistant", "content": "hello"});
        let output = json!({
            "choices": [{"message": answer, "finish_reason": "stop"}],
            "model": "gpt-4o-2024-08-06",
            "usage": {"prompt_tokens": 900, "completion_tokens": 2, "total_tokens": 902},
        });
        test_span(vec![
            OpenInferenceSpanKind::Llm.attribute(),
            KeyValue::new(keys::INPUT_VALUE, input),
            KeyValue::new(keys::INPUT_MIME_TYPE, keys::MIME_JSON),
            KeyValue::new(keys::OUTPUT_VALUE, output.to_string()),
            KeyValue::new(keys::SESSION_ID, "s1"),
        ])
    }

    fn value(span: &SpanData, key: &str) -> Option<Value> {
        span.attributes.iter().find(|kv| kv.key.as_str() == key).map(|kv| kv.value.clone())
    }

    fn message_content(list: &str, index: usize) -> String {
        format!("{list}.{index}.{}", keys::MESSAGE_CONTENT)
    }

    fn mask_settings(mask: Option<&Mask>) -> MaskSettings {
        let settings = MaskSettings::resolve(mask, &Environment::default());
        settings.expect("an empty environment is valid")
    }

    fn all_stages(limits: Limits) -> Stages {
        Stages {
            prices: Prices::default(),
            gen_ai: true,
            additions: &[],
            mask: Some(mask_settings(None)),
            limits: Some(limits),
        }
    }

    #[test]
    fn apply_above_the_attribute_limit_keeps_essential_attributes() {
        let mut span = conversation(500);
        all_stages(Limits { value_bytes: 1 << 20, attributes: 20 })
            .apply(slice::from_mut(&mut span), &CountedOnce::default());
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
    fn apply_to_an_input_above_the_value_limit_enriches_before_it_cuts() {
        let mut span = conversation(500);
        all_stages(Limits { value_bytes: 100, attributes: 10_000 })
            .apply(slice::from_mut(&mut span), &CountedOnce::default());
        let last = message_content(keys::LLM_INPUT_MESSAGES, 499);
        assert_eq!(value(&span, &last), Some("hi".into()));
        assert_eq!(value(&span, keys::INPUT_MIME_TYPE), Some(keys::MIME_TEXT.into()));
    }

    #[test]
    fn apply_with_a_mask_hides_derived_and_translated_attributes() {
        let hide = Mask::new().hide_inputs(true).hide_outputs(true);
        let mut span = conversation(1);
        let mask = Some(mask_settings(Some(&hide)));
        Stages { prices: Prices::default(), gen_ai: true, additions: &[], mask, limits: None }
            .apply(slice::from_mut(&mut span), &CountedOnce::default());
        for attribute in &span.attributes {
            let text = attribute.value.to_string();
            assert!(!text.contains("hi") && !text.contains("hello"), "{}: {text}", attribute.key);
        }
        // The stages before the mask did run: names and counts are not hidden.
        assert_eq!(value(&span, keys::LLM_REQUEST_MODEL_NAME), Some("gpt-4o".into()));
        assert_eq!(value(&span, "gen_ai.request.model"), Some("gpt-4o".into()));
    }

    #[test]
    fn apply_without_optional_stages_only_enriches() {
        let mut span = conversation(1);
        span.attributes.push(KeyValue::new("app.note", "password=correct-horse"));
        let before = span.attributes.clone();
        Stages {
            prices: Prices::default(),
            gen_ai: false,
            additions: &[],
            mask: None,
            limits: None,
        }
        .apply(slice::from_mut(&mut span), &CountedOnce::default());
        assert_eq!(span.attributes[..before.len()], before);
        let added: Vec<_> = span.attributes[before.len()..].iter().map(|kv| &kv.key).collect();
        assert!(added.iter().any(|key| key.as_str() == keys::LLM_MODEL_NAME), "{added:?}");
        assert!(!added.iter().any(|key| key.as_str().starts_with("gen_ai.")), "{added:?}");
    }
}

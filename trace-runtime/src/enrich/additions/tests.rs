use super::super::Stages;
use super::*;
use crate::config::Environment;
use crate::enrich::test_span::test_span;
use crate::enrich::{CountedOnce, Prices};
use crate::mask::{Mask, MaskSettings, Masked};
use opentelemetry::trace::Event;
use opentelemetry_sdk::trace::SpanEvents;
use std::time::{Duration, UNIX_EPOCH};

const ROWS: &[Addition] = &[
    Addition { to: "to.model", on: EMBEDDING, from: From::Copy(keys::EMBEDDING_MODEL_NAME) },
    Addition { to: "to.model", on: RERANKER, from: From::Copy(keys::RERANKER_MODEL_NAME) },
    copy("to.user", keys::USER_ID),
    Addition { to: "to.input", on: On::Except(&[Kind::Llm]), from: From::Json(keys::INPUT_VALUE) },
    Addition { to: "to.tags", on: On::Every, from: From::Joined(keys::TAGS) },
    Addition { to: "to.metadata.", on: On::Every, from: From::Entries(keys::METADATA) },
    Addition { to: "to.kind", on: On::Every, from: From::ByKind(&[(Kind::Llm, "llm")], "other") },
    Addition { to: "to.on", on: On::Kinds(&[Kind::Llm]), from: From::Flag(true) },
    first_token("to.first"),
    Addition { to: "to.passed", on: On::Every, from: From::SecondsUntil(keys::EVENT_FIRST_ITEM) },
    Addition { to: "to.level", on: On::Every, from: From::IfEvent("cancelled", "WARNING") },
];

fn span(attributes: Vec<KeyValue>, events: &[&'static str]) -> SpanData {
    let mut recorded = SpanEvents::default();
    let at = UNIX_EPOCH + Duration::from_millis(2500);
    recorded.events = events.iter().map(|name| Event::new(*name, at, Vec::new(), 0)).collect();
    SpanData {
        start_time: UNIX_EPOCH + Duration::from_secs(1),
        end_time: UNIX_EPOCH + Duration::from_secs(3),
        events: recorded,
        ..test_span(attributes)
    }
}

/// Runs all stages with the table; returns the attributes that it added.
fn added(mut span: SpanData, mask: &Mask) -> Vec<(String, String)> {
    let mask = MaskSettings::resolve(Some(mask), &Environment::default()).unwrap();
    Stages {
        prices: Prices::default(),
        gen_ai: false,
        additions: ROWS,
        mask: Some(mask),
        limits: None,
    }
    .apply(std::slice::from_mut(&mut span), &CountedOnce::default());
    let attributes = span.attributes.iter();
    let mut added: Vec<_> = attributes
        .map(|kv| (kv.key.to_string(), kv.value.to_string()))
        .filter(|(key, _)| key.starts_with("to."))
        .collect();
    added.sort();
    added
}

fn chain() -> SpanData {
    span(
        vec![
            Kind::Chain.attribute(),
            KeyValue::new(keys::USER_ID, "ada"),
            KeyValue::new(keys::INPUT_VALUE, "hello"),
            KeyValue::new(
                keys::TAGS,
                Value::Array(vec![StringValue::from("a"), "b".into()].into()),
            ),
            KeyValue::new(keys::METADATA, r#"{"plan":"free","n":1,"api_key":"k-123"}"#),
        ],
        &[keys::EVENT_FIRST_ITEM, "cancelled"],
    )
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn each_row_of_a_table_adds_its_value() {
    let expected = [
        ("to.first", "1970-01-01T00:00:02.500000Z"),
        ("to.input", "\"hello\""),
        ("to.kind", "other"),
        ("to.level", "WARNING"),
        // A mask treats the entry as every attribute of this name.
        ("to.metadata.api_key", "__REDACTED__"),
        ("to.metadata.n", "1"),
        ("to.metadata.plan", "free"),
        ("to.passed", "1.5"),
        ("to.tags", "a,b"),
        ("to.user", "ada"),
    ];
    assert_eq!(added(chain(), &Mask::new()), pairs(&expected));
}

#[test]
fn row_without_its_source_or_kind_adds_nothing() {
    let llm = span(vec![Kind::Llm.attribute(), KeyValue::new(keys::INPUT_VALUE, "hello")], &[]);
    assert_eq!(added(llm, &Mask::new()), pairs(&[("to.kind", "llm"), ("to.on", "true")]));
    assert_eq!(added(span(Vec::new(), &[]), &Mask::new()), []);
}

#[test]
fn first_row_with_a_value_wins_and_the_program_over_both() {
    let model = |key| span(vec![Kind::Reranker.attribute(), KeyValue::new(key, "m")], &[]);
    let found = added(model(keys::RERANKER_MODEL_NAME), &Mask::new());
    assert!(found.contains(&("to.model".to_owned(), "m".to_owned())), "{found:?}");
    let mut explicit = chain();
    explicit.attributes.push(KeyValue::new("to.user", "bob"));
    let found = added(explicit, &Mask::new());
    assert!(found.contains(&("to.user".to_owned(), "bob".to_owned())), "{found:?}");
}

#[test]
fn mask_of_the_original_hides_its_copies() {
    let hidden = added(chain(), &Mask::new().hide_inputs(true).hide_outputs(true));
    assert!(hidden.contains(&("to.input".to_owned(), "__REDACTED__".to_owned())), "{hidden:?}");
    let plan = ("to.metadata.plan".to_owned(), "__REDACTED__".to_owned());
    assert!(hidden.contains(&plan), "{hidden:?}");
    let mask = Mask::new().attribute(|key, _, _| match key {
        keys::USER_ID | keys::METADATA => Masked::Drop,
        _ => Masked::Keep,
    });
    let found = added(chain(), &mask);
    let leaks = |(key, _): &(String, String)| key == "to.user" || key.starts_with("to.metadata");
    assert!(!found.iter().any(leaks), "{found:?}");
}

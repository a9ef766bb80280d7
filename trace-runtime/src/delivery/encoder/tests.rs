//! Both ways of a span to its bytes: from its record, and through its list of attributes.

use super::Encoder;
use crate::__private::{CallSite, capture};
use crate::config::Environment;
use crate::delivery::body::Body;
use crate::delivery::encode::encode;
use crate::delivery::queue::{QueuedSpan, Spans};
use crate::enrich::{CountedOnce, Limits, Prices, Stages};
use crate::mask::{Mask, MaskSettings};
use crate::openinference::{OpenInferenceSpanKind as Kind, keys};
use crate::span::{PlainSpan, SpanRecord};
use opentelemetry::trace::{SpanContext, SpanId, Status, TraceFlags, TraceId, TraceState};
use opentelemetry::{Array, KeyValue, Value};
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use std::time::Duration;

const KEY: &str = "ghp_0123456789abcdefABCDEF0123456789abcd";

const STEP: CallSite = CallSite {
    kind: Kind::Chain,
    name: "step",
    is_named: false,
    function: "step",
    path: "shop::step",
    file: "src/shop.rs",
    line: 7,
    crate_name: "shop",
    crate_version: Some("1.0.0"),
    documentation: "Makes a step.",
    bytes: 0,
};
const AGENT: CallSite = CallSite { kind: Kind::Agent, is_named: true, crate_version: None, ..STEP };
const TOOL: CallSite =
    CallSite { kind: Kind::Tool, file: "a path that is far too long.rs", ..STEP };
const NAMED_LIKE_A_SECRET: CallSite = CallSite { name: KEY, ..STEP };
const MODEL: CallSite = CallSite { kind: Kind::Llm, crate_name: "models", ..STEP };
const OF_TRACING: CallSite = CallSite { name: "tool.call", crate_name: "tracing", ..TOOL };
const EXCHANGE: CallSite = CallSite::of_exchanges(Kind::Tool, "exchange");

static SITES: [CallSite; 7] = [STEP, AGENT, TOOL, NAMED_LIKE_A_SECRET, MODEL, OF_TRACING, EXCHANGE];

/// The parts of a span that differ between calls.
#[derive(Clone, Debug)]
struct Case {
    site: usize,
    self_type: Option<&'static str>,
    parent: Option<(u64, bool)>,
    has_trace_state: bool,
    inherited: Vec<KeyValue>,
    input: Option<(String, bool)>,
    attributes: Vec<KeyValue>,
    output: Option<(String, bool)>,
    status: Status,
    /// A new name, an event or a link.
    extra: Option<u8>,
}

impl Case {
    fn record(&self, id: u64) -> Box<SpanRecord> {
        let site = &SITES[self.site];
        let context = |id: u64, is_remote, state| {
            let (trace, span) = (TraceId::from(9), SpanId::from(id));
            SpanContext::new(trace, span, TraceFlags::SAMPLED, is_remote, state)
        };
        let state = TraceState::from_key_value([("vendor", KEY)]).unwrap();
        let state = if self.has_trace_state { state } else { TraceState::NONE };
        let parent = self.parent.map(|(id, is_remote)| context(id, is_remote, TraceState::NONE));
        let mut record = Box::new(SpanRecord::empty(site));
        let parent = parent.unwrap_or(SpanContext::NONE);
        record.begin(site, self.self_type, context(id, false, state), &parent);
        record.end_time += Duration::from_millis(id);
        record.content.inherited = Some(self.inherited.clone().into());
        record.content.attributes = self.attributes.clone();
        for (value, stored) in
            [(&self.input, &mut record.content.input), (&self.output, &mut record.content.output)]
        {
            match value {
                Some((text, false)) => stored.set(capture!(text)),
                Some((text, true)) => stored.set(capture!([text])),
                None => {}
            }
        }
        record.status = self.status.clone();
        let time = record.end_time;
        match self.extra {
            Some(0) => record.update_name("renamed".into()),
            Some(1) => record.add_event("event".into(), time, self.attributes.clone()),
            Some(_) => record.add_link(context(5, true, TraceState::NONE), Vec::new()),
            None => {}
        }
        record
    }
}

fn texts() -> impl Strategy<Value = String> {
    const PIECES: [&str; 9] =
        ["", "Paris ", "wörter ", "\0", "=", "password", " correct-horse-7", KEY, "日本語"];
    vec(select(&PIECES), 0..8).prop_map(|pieces| pieces.concat())
}

fn attributes() -> impl Strategy<Value = Vec<KeyValue>> {
    let keys = select(&[
        "app.note",
        "api_key",
        KEY,
        keys::SESSION_ID,
        keys::USER_ID,
        keys::METADATA,
        keys::INPUT_VALUE,
        keys::OUTPUT_MIME_TYPE,
        keys::SPAN_KIND,
        keys::CODE_FILE_PATH,
        keys::EXCHANGE_TOKENS,
        "error",
        "tool",
        "gen_ai.prompt",
    ]);
    let values = prop_oneof![
        texts().prop_map(Value::from),
        vec(texts(), 0..3).prop_map(|texts| {
            Value::Array(Array::String(texts.into_iter().map(Into::into).collect()))
        }),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
    ];
    vec((keys, values).prop_map(|(key, value)| KeyValue::new(key, value)), 0..4)
}

fn cases() -> impl Strategy<Value = Case> {
    // A plain span is the most frequent one, as in a program.
    let rarely = |some: f64| option::weighted(some, 0..3_u8);
    let sites = prop_oneof![3 => 0..4_usize, 1 => 4..SITES.len()];
    let self_types = select(&[None, Some("shop::Shop"), Some("shop::Cart")]);
    let statuses = prop_oneof![
        3 => select(&[Status::Unset, Status::Ok]),
        1 => texts().prop_map(Status::error),
    ];
    let parents = option::of((1..9_u64, any::<bool>()));
    let values = || option::of((texts(), any::<bool>()));
    let contents = (attributes(), values(), attributes(), values());
    (sites, self_types, parents, rarely(0.1), contents, statuses, rarely(0.1)).prop_map(
        |(site, self_type, parent, state, contents, status, extra)| {
            let (inherited, input, attributes, output) = contents;
            let has_trace_state = state.is_some();
            Case {
                site,
                self_type,
                parent,
                has_trace_state,
                inherited,
                input,
                attributes,
                output,
                status,
                extra,
            }
        },
    )
}

fn stages(mask: &Mask, gen_ai: bool) -> Stages {
    Stages {
        prices: Prices::default(),
        gen_ai,
        additions: &[],
        mask: Some(MaskSettings::resolve(Some(mask), &Environment::default()).unwrap()),
        limits: Some(Limits { value_bytes: 60, attributes: 100 }),
    }
}

/// Encodes spans in one batch, from records where that is possible.
fn encoded(encoder: &mut Encoder, records: &[Box<SpanRecord>], stages: &Stages) -> Body {
    let mut spans = Spans::default();
    for record in records {
        spans.push(QueuedSpan::Own(record.clone()));
    }
    encoder.encode(&mut spans, stages, &CountedOnce::default())
}

/// Encodes the same spans through their lists of attributes.
fn encoded_from_data(records: &[Box<SpanRecord>], stages: &Stages) -> Body {
    let mut data: Vec<_> = records.iter().map(|record| record.clone().take_data()).collect();
    stages.apply(&mut data, &CountedOnce::default());
    Body::plain(encode(data, &ResourceAttributesWithSchema::default()))
}

proptest! {
    #[test]
    fn span_encoded_from_its_record_has_the_bytes_of_its_list_of_attributes(
        cases in vec(cases(), 1..6),
        hides in prop_oneof![4 => Just(false), 1 => Just(true)],
        gen_ai in prop_oneof![4 => Just(false), 1 => Just(true)],
    ) {
        let stages = stages(&Mask::new().hide_outputs(hides), gen_ai);
        let records: Vec<_> = (1..).zip(&cases).map(|(id, case)| case.record(id)).collect();
        let mut encoder = Encoder::new(false, Vec::new());
        // Twice, so that the encoder knows all call sites.
        for _ in 0..2 {
            let body = encoded(&mut encoder, &records, &stages);
            prop_assert_eq!(&body.bytes, &encoded_from_data(&records, &stages).bytes);
        }
    }
}

/// A span as an annotated function in a scope records it.
fn usual() -> Case {
    Case {
        site: 0,
        self_type: None,
        parent: Some((1, false)),
        has_trace_state: false,
        inherited: vec![KeyValue::new(keys::SESSION_ID, "s1"), KeyValue::new(keys::USER_ID, "u1")],
        input: Some(("Where is Paris?".to_owned(), false)),
        attributes: vec![KeyValue::new("app.note", "a note"), KeyValue::new("app.count", 3)],
        output: Some(("In France.".to_owned(), true)),
        status: Status::Ok,
        extra: None,
    }
}

#[test]
fn usual_span_is_encoded_from_its_record_and_one_that_a_stage_changes_is_not() {
    let stages = stages(&Mask::new(), false);
    let is_direct = |case: Case, stages: &Stages| {
        let record = case.record(2);
        stages.derive_nothing_for(&record) && stages.keep_values_of(&PlainSpan::of(&record))
    };
    assert!(is_direct(usual(), &stages));
    assert!(is_direct(Case { site: 2, self_type: Some("shop::Shop"), ..usual() }, &stages));
    let secret = format!("my key {KEY}");
    for other in [
        Case { site: 4, ..usual() },
        Case { extra: Some(0), ..usual() },
        Case { input: Some((secret, false)), ..usual() },
        Case { output: Some(("a\0b".to_owned(), false)), ..usual() },
        Case { output: Some(("é".repeat(31), false)), ..usual() },
        Case { attributes: vec![KeyValue::new("password", "horse")], ..usual() },
        Case { attributes: vec![KeyValue::new(keys::SESSION_ID, "s2")], ..usual() },
    ] {
        assert!(!is_direct(other.clone(), &stages), "{other:?}");
    }
    assert!(!is_direct(usual(), &super::tests::stages(&Mask::new(), true)));
}

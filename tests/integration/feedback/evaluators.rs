//! Evaluators whose score becomes feedback for another span.

use super::{answer, install, phoenix, stats};
use integration_tests::{Phoenix, Program, block_on};
use serde_json::{Value, json};
use trace_runtime::evaluator;
use trace_runtime::feedback::{Evaluation, Score, SpanRef, Target};

#[evaluator(annotate = span)]
fn exact(span: &SpanRef, output: &str, expected: &str) -> bool {
    let _ = span;
    output == expected
}

/// The argument moves into the body.
#[evaluator(name = "length", annotate = &id)]
async fn length_of(id: SpanRef, output: String) -> usize {
    let _ = (id, &output);
    output.len()
}

#[evaluator(annotate = Target::trace(&span))]
fn judge(span: SpanRef, output: &str) -> Result<Score, String> {
    if output.is_empty() {
        return Err("nothing to judge".to_owned());
    }
    Ok(Score::new(0.5).label("fair").explanation(format!("{span} is short")).llm())
}

struct Points(u8);

impl Evaluation for Points {
    fn score(&self) -> Option<Score> {
        assert!(self.0 <= 10, "at most ten points");
        Some(Score::new(f64::from(self.0) / 10.0))
    }
}

#[evaluator(annotate = span, skip_output)]
fn points(span: Option<&SpanRef>, points: u8) -> Points {
    let _ = span;
    Points(points)
}

fn result(phoenix: &Phoenix, target: &str, name: &str) -> Option<(Value, Value)> {
    let annotation = phoenix.annotation(target, name)?;
    Some((annotation["annotator_kind"].clone(), annotation["result"].clone()))
}

#[test]
fn score_of_an_evaluator_annotates_the_span_it_is_given() {
    let _lock = Program::lock();
    let (phoenix, receiver) = phoenix();
    let (registration, _) = install(&receiver.endpoint(), |builder| builder);
    let id = answer();
    assert!(exact(&id, "Rome", "Rome"));
    assert_eq!(block_on(length_of(id, "Rome".to_owned())), 4);
    judge(id, "Rome").unwrap();
    assert_eq!(points(Some(&id), 7).0, 7);
    registration.shutdown().unwrap();
    let (span, trace) = (id.span_id().to_string(), id.trace_id().to_string());
    let table = [
        (&span, "exact", "CODE", json!({"score": 1.0, "label": "true"})),
        (&span, "length", "CODE", json!({"score": 4.0})),
        (&span, "points", "CODE", json!({"score": 0.7})),
    ];
    for (target, name, kind, expected) in table {
        assert_eq!(result(&phoenix, target, name), Some((json!(kind), expected)), "{name}");
    }
    let (kind, judged) = result(&phoenix, &trace, "judge").unwrap();
    assert_eq!(
        (kind, &judged["label"], &judged["score"]),
        (json!("LLM"), &json!("fair"), &json!(0.5))
    );
    assert_eq!(stats(&registration).delivered, 4);
    // The evaluators have spans of their own.
    assert_eq!(receiver.spans().len(), 5);
}

#[test]
fn evaluator_without_a_score_or_a_target_annotates_nothing() {
    let _lock = Program::lock();
    let (phoenix, receiver) = phoenix();
    let (registration, messages) = install(&receiver.endpoint(), |builder| builder);
    let id = answer();
    assert!(judge(id, "").is_err());
    points(None, 3);
    // The score panics, and the function returns its value.
    assert_eq!(points(Some(&id), 11).0, 11);
    registration.shutdown().unwrap();
    assert_eq!((stats(&registration).given, phoenix.data().requests), (0, 0));
    assert!(messages.lock().unwrap().is_empty(), "{messages:?}");
}

#[test]
fn evaluator_without_a_registration_returns_its_value() {
    let _lock = Program::lock();
    let id: SpanRef = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".parse().unwrap();
    assert!(!exact(&id, "Rome", "Paris"));
    assert_eq!(block_on(length_of(id, "Rome".to_owned())), 4);
}

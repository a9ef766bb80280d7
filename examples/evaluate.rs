//! Scores the traces of yesterday, from a file of OTLP JSON lines, and writes the scores back:
//! `cargo run --example evaluate -- spans.jsonl`.
//!
//! The file is one that `register().file("spans.jsonl")` wrote. Each evaluator has a span of its own in
//! the project `evaluations`, and its score is feedback for the root span of the trace.

use anyhow::Context;
use serde_json::Value;
use trace_runtime::evaluator;
use trace_runtime::feedback::{Score, SpanRef};

/// A root span of the file.
struct Root {
    span: SpanRef,
    output: String,
    has_failed: bool,
}

#[evaluator(annotate = root.span, input = &root.output)]
fn has_answer(root: &Root) -> bool {
    !root.has_failed && !root.output.trim().is_empty()
}

/// Short answers are better: 1 up to 200 characters, and less for longer ones.
#[evaluator(annotate = root.span, input = &root.output)]
fn brevity(root: &Root) -> Score {
    let length: f64 = root.output.chars().map(|_| 1.0).sum();
    let score = if length <= 200.0 { 1.0 } else { 200.0 / length };
    Score::new(score).explanation(format!("{length} characters"))
}

/// Returns the root spans in a line of the file.
fn roots(line: &str) -> anyhow::Result<Vec<Root>> {
    let line: Value = serde_json::from_str(line).context("a line that is no JSON")?;
    let list = |value: &Value, key: &str| value[key].as_array().cloned().unwrap_or_default();
    let resources = list(&line, "resourceSpans");
    let scopes = resources.iter().flat_map(|resource| list(resource, "scopeSpans"));
    let spans = scopes.flat_map(|scope| list(&scope, "spans"));
    let is_root = |span: &Value| span["parentSpanId"].as_str().unwrap_or_default().is_empty();
    spans.filter(is_root).map(|span| root(&span)).collect()
}

fn root(span: &Value) -> anyhow::Result<Root> {
    let id = |key: &str| span[key].as_str().unwrap_or_default().to_ascii_lowercase();
    let attributes = span["attributes"].as_array().cloned().unwrap_or_default();
    let output = attributes.iter().find(|attribute| attribute["key"] == "output.value");
    let output = output.and_then(|attribute| attribute["value"]["stringValue"].as_str());
    Ok(Root {
        span: format!("00-{}-{}-01", id("traceId"), id("spanId")).parse()?,
        output: output.unwrap_or_default().to_owned(),
        has_failed: span["status"]["code"] == 2,
    })
}

fn main() -> anyhow::Result<()> {
    let path = std::env::args().nth(1).context("usage: evaluate <file of JSON lines>")?;
    let registration = trace_runtime::register().project_name("evaluations").install()?;
    let mut scored = 0;
    for line in std::fs::read_to_string(&path)?.lines().filter(|line| !line.is_empty()) {
        for root in roots(line)? {
            has_answer(&root);
            brevity(&root);
            scored += 1;
        }
    }
    registration.shutdown()?;
    println!("{scored} traces scored");
    Ok(())
}

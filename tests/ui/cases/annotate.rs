//! `annotate` where no score can be read: another kind, and a future that is returned.

use std::future::Future;
use trace_runtime::{evaluator, llm};
use trace_runtime::feedback::SpanRef;

#[llm(annotate = span)]
fn ask(span: &SpanRef, question: &str) -> String {
    format!("{span} {question}")
}

#[evaluator(annotate = span)]
fn judge(span: SpanRef, answer: &str) -> impl Future<Output = bool> {
    let _ = span;
    std::future::ready(answer.is_empty())
}

fn main() {}

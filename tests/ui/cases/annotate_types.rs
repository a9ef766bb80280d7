//! `annotate` with a result that is not a score, and with a target that is a text.

use trace_runtime::evaluator;
use trace_runtime::feedback::SpanRef;

struct Verdict;

#[evaluator(annotate = span, skip_output)]
fn judge(span: &SpanRef, answer: &str) -> Verdict {
    let _ = (span, answer);
    Verdict
}

#[evaluator(annotate = "the last answer")]
fn exact(output: &str, expected: &str) -> bool {
    output == expected
}

fn main() {}

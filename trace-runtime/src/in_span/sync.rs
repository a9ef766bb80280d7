//! A body that is a closure.

use crate::outcome::{self, Outcome};
use crate::span::OpenSpan;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Runs `body` in its span and ends the span with what it returns, or with its panic.
#[inline]
pub fn in_span<R>(
    span: OpenSpan,
    body: impl FnOnce() -> R,
    outcome: impl FnOnce(&R) -> Outcome,
) -> R {
    let Some(span) = span.0 else { return body() };
    let attached = span.attach();
    if !span.is_recording() {
        return body();
    }
    let result = catch_unwind(AssertUnwindSafe(body));
    drop(attached);
    match result {
        Ok(returned) => {
            outcome::returned(&span, || outcome(&returned));
            returned
        }
        Err(payload) => {
            outcome::panicked(&span, &*payload);
            resume_unwind(payload)
        }
    }
}

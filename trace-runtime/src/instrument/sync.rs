//! A body that is a closure.

use super::open::OpenSpan;
use super::outcome::{self, Outcome};
use crate::panic::catch;
use std::panic::resume_unwind;

/// Runs `body` in its span and ends the span with what it returns, or with its panic.
#[inline]
pub fn in_span<R>(
    span: OpenSpan,
    body: impl FnOnce() -> R,
    outcome: impl FnOnce(&R) -> Outcome,
) -> R {
    if span.is_some() {
        return in_open_span(span, body, outcome);
    }
    // There is nothing to drop, and the function's frame needs nothing of ours.
    std::mem::forget(span);
    body()
}

// Not inlined: its frame would be the function's, also where there is no span.
#[inline(never)]
fn in_open_span<R>(
    mut span: OpenSpan,
    body: impl FnOnce() -> R,
    outcome: impl FnOnce(&R) -> Outcome,
) -> R {
    let is_recording = match span.live() {
        None => return body(),
        Some(span) => span.is_recording(),
    };
    let Some(span) = span.take() else { return body() };
    if !is_recording {
        let _attached = span.into_attached();
        return body();
    }
    let attached = span.attach();
    let result = catch(body);
    drop(attached);
    match result {
        Ok(returned) => {
            outcome::returned(&span, || outcome(&returned));
            returned
        }
        Err(payload) => {
            outcome::panicked(&span, &*payload, None);
            resume_unwind(payload)
        }
    }
}

/// Runs `body`, which returns a future or a stream, outside of the span: that begins when the
/// value is first polled. `wrap` puts the value into the span.
#[inline]
pub fn in_span_later<R, W>(
    span: OpenSpan,
    body: impl FnOnce() -> R,
    wrap: impl FnOnce(R, OpenSpan) -> W,
) -> W {
    wrap(body(), span)
}

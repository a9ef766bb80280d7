//! Runs the body of a function that is not async.

use super::open::SpanHandle;
use super::outcome;
use crate::panic::catch;
use std::panic::resume_unwind;

/// Runs `body` in its span, and ends the span with a panic, or passes it to `finish`.
#[inline]
pub fn in_span<R>(
    span: SpanHandle,
    body: impl FnOnce() -> R,
    finish: impl FnOnce(R, SpanHandle) -> R,
) -> R {
    if span.is_some() {
        return in_open_span(span, body, finish);
    }
    // An empty handle has nothing to drop. Forgetting it keeps the drop glue, and with it a larger
    // stack frame, out of the user's function.
    std::mem::forget(span);
    body()
}

/// Runs `body` in a span that is open.
///
/// This function is not inlined, because its stack frame would enlarge that of the traced function
/// even if no span is open.
#[cold]
#[inline(never)]
pub(super) fn in_open_span<R, W>(
    mut span: SpanHandle,
    body: impl FnOnce() -> R,
    finish: impl FnOnce(R, SpanHandle) -> W,
) -> W {
    let Some(live) = span.live() else { return finish(body(), SpanHandle::default()) };
    let attached = live.attach_once();
    if !live.is_recording() {
        return finish(body(), span);
    }
    let result = catch(body);
    // The outcome is read outside the span: values that the user's `Serialize` traces would
    // otherwise become its children.
    drop(attached);
    match result {
        Ok(returned) => finish(returned, span),
        Err(payload) => {
            if let Some(span) = span.take() {
                outcome::end_panicked(span, &*payload, None);
            }
            resume_unwind(payload)
        }
    }
}

/// Runs `body`, which returns a future or a stream, outside of the span. The span begins when that
/// value is first polled; `wrap` puts the value into it.
#[inline]
pub fn in_span_later<R, W>(
    span: SpanHandle,
    body: impl FnOnce() -> R,
    wrap: impl FnOnce(R, SpanHandle) -> W,
) -> W {
    wrap(body(), span)
}

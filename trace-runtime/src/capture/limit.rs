//! The number of bytes of a value that are captured.

use super::bounded::{BoundedText, MAX_COUNTED_LIMITS};
use crate::openinference::OpenInferenceSpanKind;
use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

static VALUE_LIMIT: AtomicUsize = AtomicUsize::new(1 << 20);

/// The limit for values that enrich reads before they are truncated.
static MODEL_CALL_LIMIT: AtomicUsize = AtomicUsize::new(MAX_COUNTED_LIMITS << 20);

thread_local! {
    /// True while this thread captures a value of a model call.
    ///
    /// The limit has to reach [`bounded_text`] through the user's own `Serialize` and `Debug`
    /// implementations, which may capture further values; a parameter cannot be passed through
    /// them. Only the kinds LLM, EMBEDDING and RERANKER set it: a recorded call of another kind
    /// reads nothing here.
    static IS_MODEL_CALL: Cell<bool> = const { Cell::new(false) };
}

/// Sets the number of bytes of a value that are captured.
///
/// With `truncate_later`, values of model calls may be longer: enrich reads messages and tokens
/// from them, which needs complete JSON, and the last stage truncates them to the limit.
pub(crate) fn set_value_limit(bytes: usize, truncate_later: bool) {
    VALUE_LIMIT.store(bytes, Ordering::Relaxed);
    MODEL_CALL_LIMIT.store(limit_of_model_calls(bytes, truncate_later), Ordering::Relaxed);
}

/// The least length up to which values of model calls are kept whole. The tokens of a stream are in
/// its last event, and a stream of a few pages is longer than 16 of the limits that some backends ask
/// for, such as 4095 bytes.
const MIN_MODEL_CALL: usize = 1 << 20;

fn limit_of_model_calls(bytes: usize, truncate_later: bool) -> usize {
    if truncate_later {
        bytes.saturating_mul(MAX_COUNTED_LIMITS).max(MIN_MODEL_CALL)
    } else {
        bytes
    }
}

#[inline]
pub(super) fn value_limit() -> usize {
    VALUE_LIMIT.load(Ordering::Relaxed)
}

/// Returns the length up to which values of model calls are kept whole.
pub(crate) fn model_call_limit() -> usize {
    MODEL_CALL_LIMIT.load(Ordering::Relaxed)
}

/// Runs `capture` with the limits for spans of this kind.
#[inline]
pub(crate) fn with_limits_for<T>(kind: OpenInferenceSpanKind, capture: impl FnOnce() -> T) -> T {
    // One call of `capture`, so that the compiler inlines it.
    let _restore = kind.is_model_call().then(|| Restore(set_is_model_call(true)));
    capture()
}

/// Returns an empty text with the current limits of this thread.
pub(super) fn bounded_text() -> BoundedText {
    let limit = value_limit();
    // A thread that is ending has destroyed its thread-locals.
    let is_model_call = IS_MODEL_CALL.try_with(Cell::get).unwrap_or(false);
    let whole = if is_model_call { model_call_limit() } else { limit };
    BoundedText::whole_up_to(whole, limit)
}

/// Restores the earlier value when it is dropped, also during a panic.
struct Restore(bool);

impl Drop for Restore {
    #[inline]
    fn drop(&mut self) {
        set_is_model_call(self.0);
    }
}

#[inline]
fn set_is_model_call(is_model_call: bool) -> bool {
    IS_MODEL_CALL.try_with(|now| now.replace(is_model_call)).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limit_of_model_calls_reaches_the_end_of_a_stream_unless_it_is_not_truncated_later() {
        for (bytes, truncate_later, expected) in [
            (1 << 20, true, 16 << 20),
            (4095, true, 1 << 20),
            (0, true, 1 << 20),
            (usize::MAX, true, usize::MAX),
            (1 << 20, false, 1 << 20),
            (4095, false, 4095),
        ] {
            assert_eq!(limit_of_model_calls(bytes, truncate_later), expected, "{bytes}");
        }
    }
}

//! The call without tracing, the baseline.

use crate::call::{answer, drive, yield_now};

/// The sync call.
pub(crate) fn step(question: &'static str, depth: u32) -> &'static str {
    if depth > 1 { step(question, depth - 1) } else { answer(question) }
}

/// The async call. Recursion needs a box, which all contenders allocate.
pub(crate) async fn step_async(question: &'static str, depth: u32) -> &'static str {
    for _ in 0..3 {
        yield_now().await;
    }
    if depth > 1 { Box::pin(step_async(question, depth - 1)).await } else { answer(question) }
}

/// Polls the async call to completion.
pub(crate) fn call_async(question: &'static str, depth: u32) -> &'static str {
    drive(step_async(question, depth))
}

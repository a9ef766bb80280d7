//! The spans that are referred to while they run.
//!
//! Feedback for such a span must not be sent before the span itself. Only spans that
//! [`CurrentSpan::id`](crate::CurrentSpan::id) was called for are kept here, so all others cost one
//! relaxed load at their end.

use crate::sync::lock;
use opentelemetry::trace::SpanId;
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

static COUNT: AtomicUsize = AtomicUsize::new(0);
static WATCHED: Mutex<BTreeSet<[u8; 8]>> = Mutex::new(BTreeSet::new());

/// The number of spans that are kept. The end of a span of another provider is not observed, so it
/// stays until there are this many, and is then treated as ended.
const MAX: usize = 10_000;

/// Keeps a span until its end.
pub(crate) fn watch(span: SpanId) {
    let mut watched = lock(&WATCHED);
    if watched.len() < MAX {
        watched.insert(span.to_bytes());
    }
    COUNT.store(watched.len(), Ordering::SeqCst);
}

/// Forgets a span. It is called after the span was given to every queue.
#[inline]
pub(crate) fn ended(span: SpanId) {
    if COUNT.load(Ordering::Relaxed) > 0 {
        forget(span);
    }
}

fn forget(span: SpanId) {
    let mut watched = lock(&WATCHED);
    watched.remove(&span.to_bytes());
    COUNT.store(watched.len(), Ordering::SeqCst);
}

/// Returns true if the span is kept and has not ended.
pub(crate) fn is_live(span: SpanId) -> bool {
    lock(&WATCHED).contains(&span.to_bytes())
}

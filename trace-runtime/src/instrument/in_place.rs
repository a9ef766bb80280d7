//! Runs the body of a function that returns a closure.
//!
//! For `fn f() -> impl Fn(&str) -> &str { |s| s }` the compiler infers the signature of the closure
//! from the return type, which it does only in the body of the function itself. Such a body stays
//! in place, and a guard ends its span.

use super::live::LiveSpan;
use super::open::SpanHandle;
use super::outcome::{self, Outcome};
use crate::panic;
use opentelemetry::ContextGuard;
use std::thread;

/// Makes the span the current one until the guard is dropped, which ends the span.
#[inline]
pub fn in_place(mut span: SpanHandle) -> InPlace {
    let span = span.take();
    InPlace { attached: span.as_deref().and_then(LiveSpan::attach), span }
}

/// The guard of [`in_place`].
#[derive(Debug)]
#[must_use]
pub struct InPlace {
    span: Option<Box<LiveSpan>>,
    attached: Option<ContextGuard>,
}

impl Drop for InPlace {
    fn drop(&mut self) {
        drop(self.attached.take());
        let Some(span) = self.span.take().filter(|span| span.is_recording()) else { return };
        if thread::panicking() {
            let message = panic::last_message().unwrap_or_default();
            outcome::end_panicked(span, &message, None);
        } else {
            outcome::end_returned(span, || Outcome::Returned(None));
        }
    }
}

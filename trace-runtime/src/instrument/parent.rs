//! An explicit parent.

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, TraceContextExt};

/// What the option `parent` takes: a [`SpanContext`], a [`Context`], or an `Option` of one, where
/// `None` means the current span as always, as does a `SpanContext` that is not valid.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a parent",
    label = "expected a `SpanContext` or a `Context` of opentelemetry"
)]
pub trait Parent {
    /// The context to open the span in.
    fn parent_context(&self) -> Option<Context>;
}

impl Parent for Context {
    fn parent_context(&self) -> Option<Context> {
        Some(self.clone())
    }
}

impl Parent for SpanContext {
    fn parent_context(&self) -> Option<Context> {
        self.is_valid().then(|| Context::current().with_remote_span_context(self.clone()))
    }
}

impl<T: Parent> Parent for Option<T> {
    fn parent_context(&self) -> Option<Context> {
        self.as_ref().and_then(Parent::parent_context)
    }
}

impl<T: Parent + ?Sized> Parent for &T {
    fn parent_context(&self) -> Option<Context> {
        (**self).parent_context()
    }
}

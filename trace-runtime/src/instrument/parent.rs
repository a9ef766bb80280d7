//! The option `parent`.

use opentelemetry::Context;
use opentelemetry::trace::{SpanContext, TraceContextExt};

/// A value of the option `parent`: a [`SpanContext`], a [`Context`], or an `Option` of one.
///
/// `None`, and a `SpanContext` that is not valid, leave the current span as the parent.
///
/// ```
/// use trace_runtime::opentelemetry::trace::SpanContext;
///
/// #[trace_runtime::chain(parent = caller)]
/// fn handle(caller: SpanContext) {}
/// # handle(SpanContext::NONE);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a parent",
    label = "expected a `SpanContext` or a `Context` of opentelemetry"
)]
pub trait Parent {
    /// Returns the context to open the span in; `None` means the current context.
    fn parent_context(&self) -> Option<Context>;
}

impl Parent for Context {
    fn parent_context(&self) -> Option<Context> {
        Some(self.clone())
    }
}

impl Parent for SpanContext {
    /// Treats the span as remote, since its own context may belong to another process. The rest of
    /// the current context, such as the session, stays.
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

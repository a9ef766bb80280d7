//! The current span in the parameters of a request.

use rmcp::model::RequestParamsMeta;

/// Adds the current span to the parameters of any request.
///
/// It must happen where the request is made: `rmcp` sends requests from its own task, in which
/// the span is not the current one.
pub trait InCurrentTrace: RequestParamsMeta + Sized {
    /// Sets `traceparent`, `tracestate` and `baggage` in `_meta`. Fields of another span are
    /// replaced, so that a server can also pass on the parameters that it received. Changes nothing
    /// without a current span and baggage.
    #[must_use]
    fn in_current_trace(mut self) -> Self {
        let mut fields = Vec::new();
        trace_runtime::inject(|name, value| fields.push((name.to_owned(), value.to_owned())));
        if fields.is_empty() {
            return self;
        }
        let meta = self.meta_or_default();
        // The state of another span does not belong to this one.
        meta.remove("tracestate");
        for (name, value) in fields {
            meta.insert(name, value.into());
        }
        self
    }
}

impl<P: RequestParamsMeta> InCurrentTrace for P {}

//! The span of a tool that another process calls.

use super::error::ErrorInfo;
use super::join::Served;
use super::live::LiveSpan;
use super::outcome;
use super::start_options::StartOptions;
use crate::capture::CapturedValue;
use crate::openinference::keys;
use crate::panic;
use crate::span::{CallSite, SpanContent};
use opentelemetry::trace::{Status, TraceContextExt};
use opentelemetry::{Context, KeyValue};

/// A running call. Dropping it marks the span as cancelled.
#[derive(Debug)]
pub(crate) struct ServedCall {
    /// `None` once it has ended.
    live: Option<Box<LiveSpan>>,
    context: Context,
}

impl ServedCall {
    /// Begins the span of a call, below the span of `parent`. Returns `None` if the span would not
    /// record.
    pub(crate) fn begin(
        site: &'static CallSite,
        name: String,
        tool: &str,
        parent: &Context,
        describe: impl FnOnce(&mut SpanContent),
    ) -> Option<Self> {
        let begin = || {
            let mut start = StartOptions::named(site, name);
            start.parent(parent);
            start.resolve_context();
            let mut live = LiveSpan::acquire(site)?.begin(&start)?;
            describe(live.content()?);
            live.share(&start);
            let span = live.context().span().span_context().span_id();
            let context = live.context().with_value(Served { tool: tool.to_owned(), span });
            Some(ServedCall { live: Some(live), context })
        };
        // OpenTelemetry panics on a thread that is ending, and samplers of the application may.
        panic::catch(begin).ok().flatten()
    }

    /// Returns the context in which the handler runs.
    pub(crate) fn context(&self) -> &Context {
        &self.context
    }

    pub(crate) fn set_attribute(&self, attribute: KeyValue) {
        self.context.span().set_attribute(attribute);
    }

    /// Ends the span with the result of the call, and the error that the result describes.
    pub(crate) fn end(mut self, result: Option<CapturedValue<'_>>, error: Option<&ErrorInfo>) {
        let Some(live) = self.live.take() else { return };
        match error {
            Some(error) => outcome::end_failed(live, error, result),
            None => live.end(Status::Ok, result),
        }
    }
}

impl Drop for ServedCall {
    fn drop(&mut self) {
        if let Some(live) = self.live.take() {
            live.add_event(keys::EVENT_CANCELLED, Vec::new());
            live.end(Status::Unset, None);
        }
    }
}

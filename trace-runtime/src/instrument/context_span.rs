//! The span as OpenTelemetry code sees it: the `Span` in the current `Context`.

use super::fill;
use super::shared_span::SharedSpan;
use crate::capture::{bound_value, bounded_copy};
use crate::openinference::push;
use opentelemetry::KeyValue;
use opentelemetry::trace::{Span, SpanContext, Status};
use std::borrow::Cow;
use std::sync::Arc;
use std::time::SystemTime;

/// The span in the context. It does nothing once the span has ended.
#[derive(Debug)]
pub(super) struct ContextSpan(pub(super) Arc<SharedSpan>);

impl Span for ContextSpan {
    fn add_event_with_timestamp<T>(
        &mut self,
        name: T,
        timestamp: SystemTime,
        attributes: Vec<KeyValue>,
    ) where
        T: Into<Cow<'static, str>>,
    {
        let name = name.into();
        self.0.change(|span, active| span.add_event(name, timestamp, attributes, active));
    }

    /// OpenTelemetry reads it once, when the span is put into the context, and keeps a copy.
    fn span_context(&self) -> &SpanContext {
        self.0.span_context()
    }

    fn is_recording(&self) -> bool {
        self.0.is_recording()
    }

    fn set_attribute(&mut self, mut attribute: KeyValue) {
        bound_value(&mut attribute.value);
        self.0.change(|span, _| push(&mut span.record.content.attributes, attribute));
    }

    fn set_status(&mut self, status: Status) {
        let status = match status {
            Status::Error { description } => Status::error(bounded_copy(&description)),
            other => other,
        };
        self.0.change(|span, _| {
            if status == Status::Unset {
                fill::receive(span);
            }
            // The specification ranks them: Ok over Error over Unset, and `Status` is ordered so.
            if span.record.status < status {
                span.record.status = status;
            }
        });
    }

    fn update_name<T>(&mut self, name: T)
    where
        T: Into<Cow<'static, str>>,
    {
        let name = name.into();
        self.0.change(|span, active| span.update_name(name, active));
    }

    fn add_link(&mut self, to: SpanContext, attributes: Vec<KeyValue>) {
        self.0.change(|span, active| span.add_link(to, attributes, active));
    }

    fn end_with_timestamp(&mut self, timestamp: SystemTime) {
        if let Some(mut span) = self.0.take() {
            span.close(timestamp, Status::Unset, None);
            span.deliver(&self.0.active);
        }
    }
}

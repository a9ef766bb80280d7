//! The current span, from inside a traced function.

use super::error::Failed;
use crate::capture::CapturedValue;
use crate::openinference::keys;
use crate::record::{AttributeValue, Attributes, Record};
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceId};
use opentelemetry::{Context, Key, KeyValue};
use serde::Serialize;
use std::borrow::Cow;
use std::error::Error;

/// The span that is current where this is called: that of the innermost traced function, or of
/// OpenTelemetry code below it.
///
/// ```
/// #[trace_runtime::chain]
/// fn summarise(text: &str) -> String {
///     let span = trace_runtime::current_span();
///     span.set_attribute("summary.sentences", 2);
///     span.set_output("a shorter text for the trace");
///     text.to_owned()
/// }
/// # assert_eq!(summarise("x"), "x");
/// ```
#[must_use]
pub fn current_span() -> CurrentSpan {
    CurrentSpan(Context::current())
}

/// A cheap handle on a span, from [`current_span`]. Every method does nothing when the span does
/// not record, or has ended.
#[derive(Clone, Debug)]
pub struct CurrentSpan(Context);

impl CurrentSpan {
    /// Sets an attribute; setting it again overwrites.
    pub fn set_attribute(&self, key: impl Into<Key>, value: impl AttributeValue) {
        if self.is_recording()
            && let Some(value) = value.attribute_value()
        {
            self.0.span().set_attribute(KeyValue::new(key, value));
        }
    }

    /// Sets what `value` says of the call: messages, tokens, documents and the like, from
    /// [`record`](crate::record) or of a type of one's own. It wins over what is found in the
    /// input and the output. A list that is recorded again overwrites item by item.
    ///
    /// ```
    /// use trace_runtime::record::TokenCount;
    ///
    /// trace_runtime::current_span().record(&TokenCount::new(13, 7).cache_read(4));
    /// ```
    pub fn record<T: Record + ?Sized>(&self, value: &T) {
        if self.is_recording() {
            self.0.span().set_attributes(Attributes::of(value));
        }
    }

    /// Sets `input.value`, instead of the arguments: text and numbers as they are, else JSON.
    pub fn set_input<T: Serialize + ?Sized>(&self, value: &T) {
        self.set_value(value, keys::INPUT_VALUE, keys::INPUT_MIME_TYPE);
    }

    /// Sets `output.value`, instead of what the function returns: text and numbers as they are,
    /// else JSON.
    pub fn set_output<T: Serialize + ?Sized>(&self, value: &T) {
        self.set_value(value, keys::OUTPUT_VALUE, keys::OUTPUT_MIME_TYPE);
    }

    /// Adds an event with the time of now.
    pub fn add_event(
        &self,
        name: impl Into<Cow<'static, str>>,
        attributes: impl IntoIterator<Item = KeyValue>,
    ) {
        if self.is_recording() {
            self.0.span().add_event(name, attributes.into_iter().collect());
        }
    }

    /// Adds an `exception` event and makes the span's status an error, also if the function
    /// returns normally.
    pub fn record_error<E: Error + ?Sized>(&self, error: &E) {
        if self.is_recording() {
            let failed = Failed::of_error(error);
            self.0.span().add_event(keys::EVENT_EXCEPTION, failed.event_attributes());
            self.0.span().set_status(failed.status());
        }
    }

    /// The trace's id, invalid (all zeros) where there is no span.
    #[must_use]
    pub fn trace_id(&self) -> TraceId {
        self.0.span().span_context().trace_id()
    }

    /// The span's id, invalid (all zeros) where there is no span.
    #[must_use]
    pub fn span_id(&self) -> SpanId {
        self.0.span().span_context().span_id()
    }

    /// What identifies the span to others: for links, and for the option `parent`.
    #[must_use]
    pub fn span_context(&self) -> SpanContext {
        self.0.span().span_context().clone()
    }

    /// Whether anything said here is kept.
    #[must_use]
    pub fn is_recording(&self) -> bool {
        self.0.span().is_recording()
    }

    /// Calls a closure inside this span, on any thread and as often as needed: for thread pools,
    /// where [`in_current_span`](crate::in_current_span) would need a closure for each item.
    ///
    /// ```
    /// use trace_runtime::{chain, current_span};
    ///
    /// #[chain]
    /// fn work() {
    ///     let span = current_span();
    ///     std::thread::scope(|scope| {
    ///         for n in 0..3 {
    ///             let span = &span;
    ///             scope.spawn(move || span.in_scope(|| part(n)));
    ///         }
    ///     });
    /// }
    ///
    /// #[chain]
    /// fn part(n: u32) {}
    /// # work();
    /// ```
    pub fn in_scope<R>(&self, closure: impl FnOnce() -> R) -> R {
        let _attached = self.0.clone().attach();
        closure()
    }

    fn set_value<T: Serialize + ?Sized>(
        &self,
        value: &T,
        key: &'static str,
        mime_type: &'static str,
    ) {
        if self.is_recording() {
            let value = CapturedValue::of_serialize(value);
            self.0.span().set_attributes(value.into_attributes(key, mime_type));
        }
    }
}

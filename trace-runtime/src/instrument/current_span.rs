//! The current span, for code inside an annotated function.

use super::error::ErrorInfo;
use crate::capture::CapturedValue;
use crate::feedback::SpanRef;
use crate::openinference::keys;
use crate::record::{AttributeValue, Attributes, Record};
use crate::span::watched;
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceId};
use opentelemetry::{Context, Key, KeyValue};
use serde::Serialize;
use std::borrow::Cow;
use std::error::Error;

/// Returns the current span: that of the innermost annotated function, or of OpenTelemetry code
/// below it.
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

/// A handle to a span, returned by [`current_span`]. It is cheap to clone.
///
/// Every method does nothing if the span does not record or has ended, so callers need not check.
///
/// ```
/// // Outside of a traced function there is no span, and nothing happens.
/// let span = trace_runtime::current_span();
/// assert!(!span.is_recording());
/// span.set_attribute("search.results", 3);
/// ```
#[derive(Clone, Debug)]
pub struct CurrentSpan(Context);

impl CurrentSpan {
    /// Sets an attribute. The last value of a key wins; `None` sets nothing.
    ///
    /// ```
    /// let span = trace_runtime::current_span();
    /// span.set_attribute("search.results", 3);
    /// span.set_attribute("search.cursor", None::<String>);
    /// ```
    pub fn set_attribute(&self, key: impl Into<Key>, value: impl AttributeValue) {
        if self.is_recording()
            && let Some(value) = value.attribute_value()
        {
            self.0.span().set_attribute(KeyValue::new(key, value));
        }
    }

    /// Records messages, token counts, documents and the like: a type of the module
    /// [`record`](crate::record), or your own type that implements [`Record`].
    ///
    /// Recorded attributes win over those read from the input and the output. A list that is
    /// recorded again overwrites the earlier list item by item.
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

    /// Sets `input.value` in place of the arguments: text and numbers as they are, all else as JSON.
    ///
    /// ```
    /// #[trace_runtime::chain]
    /// fn answer(history: &mut Vec<String>) {
    ///     trace_runtime::current_span().set_input(&history.last());
    /// }
    /// # answer(&mut vec![]);
    /// ```
    pub fn set_input<T: Serialize + ?Sized>(&self, value: &T) {
        self.set_value(value, keys::INPUT_VALUE, keys::INPUT_MIME_TYPE);
    }

    /// Sets `output.value` in place of the returned value: text and numbers as they are, all else as
    /// JSON.
    ///
    /// ```
    /// trace_runtime::current_span().set_output(&serde_json::json!({ "pages": 3 }));
    /// ```
    pub fn set_output<T: Serialize + ?Sized>(&self, value: &T) {
        self.set_value(value, keys::OUTPUT_VALUE, keys::OUTPUT_MIME_TYPE);
    }

    /// Adds an event at the current time.
    ///
    /// ```
    /// use trace_runtime::opentelemetry::KeyValue;
    ///
    /// trace_runtime::current_span().add_event("cache miss", [KeyValue::new("cache.key", "Rome")]);
    /// ```
    pub fn add_event(
        &self,
        name: impl Into<Cow<'static, str>>,
        attributes: impl IntoIterator<Item = KeyValue>,
    ) {
        if self.is_recording() {
            self.0.span().add_event(name, attributes.into_iter().collect());
        }
    }

    /// Adds an `exception` event and sets the status to error. The status stays an error even if
    /// the function returns `Ok`, since a status that was set explicitly takes precedence.
    ///
    /// ```
    /// if let Err(error) = "seven".parse::<u32>() {
    ///     trace_runtime::current_span().record_error(&error);
    /// }
    /// ```
    pub fn record_error<E: Error + ?Sized>(&self, error: &E) {
        if self.is_recording() {
            let error = ErrorInfo::from_error(error);
            self.0.span().add_event(keys::EVENT_EXCEPTION, error.event_attributes());
            self.0.span().set_status(error.status());
        }
    }

    /// Returns the trace id, or the invalid id of all zeros if there is no span.
    ///
    /// ```
    /// use trace_runtime::opentelemetry::TraceId;
    ///
    /// assert_eq!(trace_runtime::current_span().trace_id(), TraceId::INVALID);
    /// ```
    #[must_use]
    pub fn trace_id(&self) -> TraceId {
        self.0.span().span_context().trace_id()
    }

    /// Returns the span id, or the invalid id of all zeros if there is no span.
    ///
    /// ```
    /// use trace_runtime::opentelemetry::SpanId;
    ///
    /// assert_eq!(trace_runtime::current_span().span_id(), SpanId::INVALID);
    /// ```
    #[must_use]
    pub fn span_id(&self) -> SpanId {
        self.0.span().span_context().span_id()
    }

    /// Returns a reference to the span that can be stored and sent, for feedback that is given later.
    ///
    /// Where no span is current, it is not [valid](SpanRef::is_valid).
    ///
    /// ```
    /// #[trace_runtime::agent]
    /// fn answer(question: &str) -> (String, String) {
    ///     let id = trace_runtime::current_span().id().to_string();
    ///     (format!("You asked: {question}"), id)
    /// }
    /// # assert_eq!(answer("x").1.len(), 55);
    /// ```
    #[must_use]
    pub fn id(&self) -> SpanRef {
        let span = self.0.span();
        let context = span.span_context();
        if context.is_sampled() && span.is_recording() {
            watched::watch(context.span_id());
            // Another thread may have ended it meanwhile.
            if !span.is_recording() {
                watched::ended(context.span_id());
            }
        }
        SpanRef::from(context)
    }

    /// Returns the identity of the span, for links and for the option `parent`.
    ///
    /// ```
    /// use trace_runtime::{chain, current_span, opentelemetry::trace::SpanContext};
    ///
    /// #[chain(parent = caller)]
    /// fn work(caller: SpanContext) {}
    ///
    /// #[chain]
    /// fn start() -> std::thread::JoinHandle<()> {
    ///     let caller = current_span().span_context();
    ///     std::thread::spawn(|| work(caller))
    /// }
    /// # start().join().unwrap();
    /// ```
    #[must_use]
    pub fn span_context(&self) -> SpanContext {
        self.0.span().span_context().clone()
    }

    /// Returns true if the span records and has not ended.
    ///
    /// ```
    /// let span = trace_runtime::current_span();
    /// if span.is_recording() {
    ///     span.set_attribute("prompt.hash", "an attribute that takes time to compute");
    /// }
    /// ```
    #[must_use]
    pub fn is_recording(&self) -> bool {
        self.0.span().is_recording()
    }

    /// Calls a closure inside this span, on any thread and as often as needed.
    ///
    /// It suits thread pools, where [`in_current_span`](crate::in_current_span) would need a closure
    /// for each item.
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
            let value = CapturedValue::from_serialize(value);
            self.0.span().set_attributes(value.into_attributes(key, mime_type));
        }
    }
}

//! The span of an HTTP exchange, which no annotation opened.

use super::error::ErrorInfo;
use super::fill;
use super::live::LiveSpan;
use super::start_options::StartOptions;
use crate::capture::model_call_limit;
use crate::openinference::{OpenInferenceSpanKind, keys};
use crate::panic;
use crate::span::CallSite;
use opentelemetry::trace::{SpanId, Status, TraceContextExt};
use opentelemetry::{Context, KeyValue};
use std::sync::atomic::{AtomicI64, Ordering};

/// A running exchange.
#[derive(Debug)]
pub(crate) struct ExchangeSpan {
    live: Box<LiveSpan>,
    /// The context of the span that the exchange fills, unless another one begins there.
    outer: Option<Context>,
    value_limit: usize,
}

/// The end of an exchange.
#[derive(Debug)]
pub(crate) enum ExchangeEnd {
    /// The whole response was received.
    Completed,
    /// The request or the response was dropped.
    Cancelled,
    Failed(ErrorInfo),
}

/// Marks the context in which a client makes its attempts.
#[derive(Debug)]
struct Attempts {
    kind: OpenInferenceSpanKind,
    /// The current span of this context. A span between it and an attempt is another call's.
    current: SpanId,
    /// The context with the span of the exchange.
    exchange: Context,
    count: AtomicI64,
}

impl ExchangeSpan {
    /// Begins the span of an exchange. `describe` returns its attributes; it receives the number of
    /// bytes that a value may have.
    ///
    /// Returns `None` if the span would not record, or if the exchange is an attempt of one that
    /// runs. The second and later attempts are events of that one.
    pub(crate) fn begin(
        site: &'static CallSite,
        name: String,
        describe: impl FnOnce(usize) -> Vec<KeyValue>,
    ) -> Option<Self> {
        let begin = || {
            let live = LiveSpan::acquire(site)?;
            if is_attempt(site.kind) {
                return None;
            }
            let value_limit = model_call_limit();
            let start = StartOptions::named(site, name);
            let mut live = live.begin(&start)?;
            live.content()?.attributes = describe(value_limit);
            live.share(&start);
            let outer = Context::current();
            let begun = fill::begin(&outer.span(), site.kind);
            let is_first = begun.as_ref().is_some_and(|begun| begun.is_first);
            if let Some(earlier) = begun.and_then(|begun| begun.earlier) {
                live.shared().active.deliver(earlier);
            }
            Some(ExchangeSpan { live, outer: is_first.then_some(outer), value_limit })
        };
        // OpenTelemetry panics on a thread that is ending, and samplers of the application may.
        panic::catch(begin).ok().flatten()
    }

    pub(crate) fn value_limit(&self) -> usize {
        self.value_limit
    }

    /// Returns the context in which the client runs. An exchange that begins there is an attempt.
    ///
    /// Its span is the one that will exist: that of the function if the exchange may fill it.
    pub(crate) fn context(&self) -> Context {
        let base = self.outer.as_ref().unwrap_or(self.live.context());
        base.with_value(Attempts {
            kind: self.live.kind(),
            current: base.span().span_context().span_id(),
            exchange: self.live.context().clone(),
            count: AtomicI64::new(0),
        })
    }

    pub(crate) fn add_event(&self, name: &'static str) {
        self.live.add_event(name, Vec::new());
    }

    /// Ends the span with further attributes.
    pub(crate) fn end(mut self, attributes: Vec<KeyValue>, end: &ExchangeEnd) {
        let status = match end {
            ExchangeEnd::Completed => Status::Ok,
            ExchangeEnd::Cancelled => {
                self.live.add_event(keys::EVENT_CANCELLED, Vec::new());
                Status::Unset
            }
            ExchangeEnd::Failed(error) => {
                self.live.add_event(keys::EVENT_EXCEPTION, error.event_attributes());
                error.status()
            }
        };
        let now = opentelemetry::time::now();
        if let Some(mut span) = self.live.take_shared() {
            let active = &self.live.shared().active;
            span.record.content.attributes.extend(attributes);
            span.close(now, status, None);
            match &self.outer {
                Some(outer) => span.deliver_in(&outer.span(), active),
                None => drop(span.deliver(active)),
            }
        }
    }
}

/// Returns true if the current context is that of a running exchange, and counts the attempt.
fn is_attempt(kind: OpenInferenceSpanKind) -> bool {
    let running = Context::map_current(|context| {
        let attempts = context.get::<Attempts>()?;
        let current = context.span().span_context().span_id();
        (attempts.kind == kind && attempts.current == current)
            .then(|| (attempts.count.fetch_add(1, Ordering::Relaxed), attempts.exchange.clone()))
    });
    let Some((earlier, exchange)) = running else { return false };
    if earlier > 0 {
        let number = KeyValue::new(keys::HTTP_RESEND_COUNT, earlier);
        exchange.span().add_event(keys::EVENT_RETRY, vec![number]);
    }
    true
}

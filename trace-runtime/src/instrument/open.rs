//! Opens the span of a call.

use super::attribute_options::AttributeOptions;
use super::error::ErrorInfo;
use super::live::LiveSpan;
use super::outcome;
use super::start_options::StartOptions;
use crate::capture::with_limits_for;
use crate::openinference::OpenInferenceSpanKind;
use crate::panic;
use crate::register::{self, ActiveHandle};
use crate::span::{CallSite, SpanContent};

/// The span of a call, or nothing if the call is not traced.
#[derive(Debug, Default)]
#[must_use]
pub struct SpanHandle(State);

#[derive(Debug, Default)]
enum State {
    /// Nothing is registered, the span does not record anything, or it has ended.
    #[default]
    None,
    /// The span begins when the value that the function returned is first polled.
    Deferred(Box<DeferredSpan>),
    Live(LiveSpan),
    /// The span does not record, and its context is the current one. This saves a clone of the
    /// context for each call that is not sampled.
    NotRecording(OpenInferenceSpanKind),
}

impl From<Option<LiveSpan>> for State {
    fn from(span: Option<LiveSpan>) -> Self {
        span.map_or(State::None, State::Live)
    }
}

impl From<LiveSpan> for SpanHandle {
    fn from(span: LiveSpan) -> Self {
        SpanHandle(State::Live(span))
    }
}

/// A span that has not begun: its options, and the arguments that were captured at the call.
#[derive(Debug)]
struct DeferredSpan {
    active: ActiveHandle,
    start: StartOptions,
    content: SpanContent,
}

/// Opens the span of a call. `start` sets the name and the parent; `record` sets the input and the
/// attributes, and runs only if the span records.
///
/// If nothing is registered, this reads one flag. Everything else is in functions that are not
/// inlined, which keeps the stack frame of the user's function small.
#[inline]
pub fn open(
    site: &'static CallSite,
    start: impl FnOnce(&mut StartOptions),
    record: impl FnOnce(&mut AttributeOptions<'_>),
) -> SpanHandle {
    if !register::is_enabled() {
        return SpanHandle::default();
    }
    open_with_active(|active| {
        let start = evaluate_start_options(site, start);
        LiveSpan::start(active, &start, |content| {
            evaluate_attribute_options(&start, content, record);
        })
        .into()
    })
}

/// Opens the span of a function that returns a future or a stream.
///
/// The arguments are moved or dropped by the time the span begins, so they are captured here,
/// unless it is certain that the span will not record.
#[inline]
pub fn open_later(
    site: &'static CallSite,
    start: impl FnOnce(&mut StartOptions),
    record: impl FnOnce(&mut AttributeOptions<'_>),
) -> SpanHandle {
    if !register::is_enabled() {
        return SpanHandle::default();
    }
    open_with_active(|active| {
        let start = evaluate_start_options(site, start);
        let may_record = start.may_record(&active);
        let mut content = SpanContent::default();
        if may_record {
            evaluate_attribute_options(&start, &mut content, record);
        }
        State::Deferred(Box::new(DeferredSpan { active, start, content }))
    })
}

/// Passes the active registration to `open`. Returns an empty handle if it was shut down meanwhile,
/// or if `open` panics: OpenTelemetry panics on a thread whose thread-locals are destroyed, and an
/// attached provider's sampler may panic.
#[inline(never)]
fn open_with_active(open: impl FnOnce(ActiveHandle) -> State) -> SpanHandle {
    let active = register::active();
    SpanHandle(active.and_then(|active| panic::catch(|| open(active)).ok()).unwrap_or_default())
}

/// Evaluates the options before sampling. They are the user's expressions. If one panics, the
/// options before it are kept.
pub(super) fn evaluate_start_options(
    site: &'static CallSite,
    options: impl FnOnce(&mut StartOptions),
) -> StartOptions {
    let mut start = StartOptions::new(site);
    let _ = panic::catch(|| options(&mut start));
    start.resolve_context();
    start
}

/// Captures the arguments and evaluates the remaining options. If one panics, the values before it
/// are kept.
fn evaluate_attribute_options(
    start: &StartOptions,
    content: &mut SpanContent,
    options: impl FnOnce(&mut AttributeOptions<'_>),
) {
    let kind = start.call().kind();
    with_limits_for(kind, || {
        let mut record = AttributeOptions::new(kind, content);
        let _ = panic::catch(|| options(&mut record));
        record.finish();
    });
}

impl SpanHandle {
    /// Returns the handle of a span that begins with its first use.
    pub(super) fn deferred(
        active: ActiveHandle,
        start: StartOptions,
        content: SpanContent,
    ) -> Self {
        SpanHandle(State::Deferred(Box::new(DeferredSpan { active, start, content })))
    }

    /// Returns the handle of a span that does not record, while its context is the current one.
    pub(super) fn not_recording(kind: OpenInferenceSpanKind) -> Self {
        SpanHandle(State::NotRecording(kind))
    }

    /// Returns a handle that stays valid when another context becomes the current one.
    pub(super) fn into_owned(self) -> Self {
        match self.0 {
            State::NotRecording(kind) => {
                SpanHandle(panic::catch(|| LiveSpan::not_recording(kind)).ok().into())
            }
            state => SpanHandle(state),
        }
    }

    /// Returns the span, and begins it if it was deferred.
    #[inline]
    pub(crate) fn live(&mut self) -> Option<&LiveSpan> {
        if let State::Deferred(_) = self.0 {
            self.begin();
        }
        match &self.0 {
            State::Live(span) => Some(span),
            _ => None,
        }
    }

    fn begin(&mut self) {
        if let State::Deferred(deferred) = std::mem::replace(&mut self.0, State::None) {
            let DeferredSpan { active, start, content: earlier } = *deferred;
            let begin = || {
                LiveSpan::start(active, &start, |content| content.replace_keeping_scope(earlier))
                    .into()
            };
            self.0 = panic::catch(begin).unwrap_or_default();
        }
    }

    /// Takes the span if it has begun. Leaves an empty handle in either case.
    #[inline]
    pub(crate) fn take(&mut self) -> Option<LiveSpan> {
        match std::mem::replace(&mut self.0, State::None) {
            State::Live(span) => Some(span),
            _ => None,
        }
    }

    /// Returns the kind of the span, if there is one.
    pub(crate) fn kind(&self) -> Option<OpenInferenceSpanKind> {
        match &self.0 {
            State::None => None,
            State::Deferred(deferred) => Some(deferred.start.call().kind()),
            State::Live(span) => Some(span.kind()),
            State::NotRecording(kind) => Some(*kind),
        }
    }

    #[inline]
    pub(crate) fn is_some(&self) -> bool {
        !matches!(self.0, State::None)
    }

    /// Ends the span of a function that failed before it could return a future or a stream.
    pub fn fail(mut self, read: impl FnOnce() -> ErrorInfo) {
        if let Some(span) = self.live()
            && span.is_recording()
            && let Ok(error) = panic::catch(read)
        {
            outcome::end_failed(span, &error, None);
        }
    }
}

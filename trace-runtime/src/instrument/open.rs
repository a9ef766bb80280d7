//! Opens the span of a call.

use super::attribute_options::AttributeOptions;
use super::error::ErrorInfo;
use super::live::LiveSpan;
use super::outcome;
use super::start_options::StartOptions;
use crate::capture::with_limits_for;
use crate::openinference::OpenInferenceSpanKind;
use crate::panic;
use crate::register;
use crate::span::{CallSite, SpanContent};

/// The span of a call. It is empty if nothing is registered, if the call is not traced, or if the
/// span has ended.
///
/// It is one pointer, so that the user's function has a small frame if nothing is registered.
#[derive(Debug, Default)]
#[must_use]
pub struct SpanHandle(Option<Box<LiveSpan>>);

impl From<Box<LiveSpan>> for SpanHandle {
    fn from(span: Box<LiveSpan>) -> Self {
        SpanHandle(Some(span))
    }
}

/// Opens the span of a call. `start` sets the name and the parent; `record` sets the input and the
/// attributes, and runs only if the span records.
///
/// If nothing is registered, this reads one flag.
#[inline]
pub fn open(
    site: &'static CallSite,
    start: impl FnOnce(&mut StartOptions),
    record: impl FnOnce(&mut AttributeOptions<'_>),
) -> SpanHandle {
    if !register::is_enabled() {
        return SpanHandle(None);
    }
    open_registered(site, start, record)
}

#[cold]
#[inline(never)]
fn open_registered(
    site: &'static CallSite,
    start: impl FnOnce(&mut StartOptions),
    record: impl FnOnce(&mut AttributeOptions<'_>),
) -> SpanHandle {
    let Some(span) = LiveSpan::acquire(site) else { return SpanHandle(None) };
    let start = evaluate_start_options(site, start);
    let Some(mut span) = span.begin(&start) else { return SpanHandle(None) };
    if let Some(content) = span.content() {
        evaluate_attribute_options(site.kind, content, record);
        span.share(&start);
    }
    SpanHandle(Some(span))
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
        return SpanHandle(None);
    }
    open_registered_later(site, start, record)
}

#[cold]
#[inline(never)]
fn open_registered_later(
    site: &'static CallSite,
    start: impl FnOnce(&mut StartOptions),
    record: impl FnOnce(&mut AttributeOptions<'_>),
) -> SpanHandle {
    let Some(mut span) = LiveSpan::acquire(site) else { return SpanHandle(None) };
    let start = evaluate_start_options(site, start);
    let mut content = SpanContent::default();
    // OpenTelemetry panics on a thread whose thread-locals are destroyed.
    match panic::catch(|| start.may_record(&span.shared().active)) {
        Ok(true) => evaluate_attribute_options(site.kind, &mut content, record),
        Ok(false) => {}
        Err(_) => return SpanHandle(None),
    }
    span.defer(start, content);
    SpanHandle(Some(span))
}

/// Evaluates the options before sampling. They are the user's expressions. If one panics, the
/// options before it are kept.
#[inline]
pub(super) fn evaluate_start_options(
    site: &'static CallSite,
    options: impl FnOnce(&mut StartOptions),
) -> StartOptions {
    let mut start = StartOptions::new(site);
    let _ = panic::catch(|| options(&mut start));
    let _ = panic::catch(|| start.resolve_context());
    start
}

/// Captures the arguments and evaluates the remaining options. If one panics, the values before it
/// are kept.
#[inline]
fn evaluate_attribute_options(
    kind: OpenInferenceSpanKind,
    content: &mut SpanContent,
    options: impl FnOnce(&mut AttributeOptions<'_>),
) {
    with_limits_for(kind, || {
        let mut record = AttributeOptions::new(kind, content);
        let _ = panic::catch(|| options(&mut record));
        record.combine_arguments();
    });
}

impl SpanHandle {
    /// Returns a handle that stays valid when another context becomes the current one.
    pub(super) fn into_owned(mut self) -> Self {
        if let Some(span) = &mut self.0 {
            span.keep_context();
        }
        self
    }

    /// Returns the span, and begins it if it was deferred.
    #[inline]
    pub(crate) fn live(&mut self) -> Option<&mut LiveSpan> {
        if self.0.as_ref().is_some_and(|span| span.is_deferred()) {
            self.0 = self.0.take().and_then(LiveSpan::begin_deferred);
        }
        self.0.as_deref_mut()
    }

    /// Takes the span if it has begun. Leaves an empty handle in either case.
    #[inline]
    pub(crate) fn take(&mut self) -> Option<Box<LiveSpan>> {
        self.0.take().filter(|span| !span.is_deferred())
    }

    /// Takes the span if it records. Leaves an empty handle in either case.
    #[inline]
    pub(super) fn take_recording(&mut self) -> Option<Box<LiveSpan>> {
        match self.0.take() {
            Some(span) if span.is_recording() => Some(span),
            Some(span) => {
                span.recycle();
                None
            }
            None => None,
        }
    }

    /// Returns the kind of the span, if there is one.
    pub(crate) fn kind(&self) -> Option<OpenInferenceSpanKind> {
        self.0.as_ref().map(|span| span.kind())
    }

    #[inline]
    pub(crate) fn is_some(&self) -> bool {
        self.0.is_some()
    }

    /// Ends the span of a function that failed before it could return a future or a stream.
    pub fn fail(mut self, read: impl FnOnce() -> ErrorInfo) {
        self.live();
        if let Some(span) = self.take_recording()
            && let Ok(error) = panic::catch(read)
        {
            outcome::end_failed(span, &error, None);
        }
    }
}

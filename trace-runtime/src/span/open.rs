//! From a call to its span.

use super::live::LiveSpan;
use super::recorder::Recorder;
use super::start::Start;
use crate::OpenInferenceSpanKind;
use crate::call_site::CallSite;
use crate::capture::capturing;
use crate::outcome::{self, Failed, panic};
use crate::register::{self, Active};
use opentelemetry::KeyValue;
use std::sync::Arc;

/// The span of a call: none if nothing is registered, one that will begin, or one that has begun.
#[derive(Debug, Default)]
#[must_use]
pub struct OpenSpan(State);

#[derive(Debug, Default)]
enum State {
    /// There is no span, or it has ended.
    #[default]
    None,
    /// It begins when the value that the function returned is first polled.
    Later(Box<Later>),
    Live(LiveSpan),
}

/// All that is known of a span before it begins.
#[derive(Debug)]
struct Later {
    active: Arc<Active>,
    start: Start,
    attributes: Vec<KeyValue>,
}

/// Opens the span of a call. `start` gives the name and the parent; `record` gives the input and
/// runs only if the span records.
#[inline]
pub fn open(
    site: &'static CallSite,
    start: impl FnOnce(&mut Start),
    record: impl FnOnce(&mut Recorder),
) -> OpenSpan {
    opened(|active| {
        let start = started(site, start);
        let span = LiveSpan::start(active, &start);
        if span.is_recording() {
            span.set_attributes(recorded(&start, record));
        }
        State::Live(span)
    })
}

/// Opens the span of a function that returns a future or a stream. The arguments are gone when the
/// span begins, so they are recorded here, unless it is known that the span will not record.
#[inline]
pub fn open_later(
    site: &'static CallSite,
    start: impl FnOnce(&mut Start),
    record: impl FnOnce(&mut Recorder),
) -> OpenSpan {
    opened(|active| {
        let start = started(site, start);
        let attributes =
            if start.may_record(&active) { recorded(&start, record) } else { Vec::new() };
        State::Later(Box::new(Later { active, start, attributes }))
    })
}

/// Nothing, if nothing is registered, or on a thread that is ending: it has no context any more,
/// and OpenTelemetry panics when asked for it.
#[inline]
fn opened(open: impl FnOnce(Arc<Active>) -> State) -> OpenSpan {
    if !register::is_enabled() {
        return OpenSpan::default();
    }
    let active = register::active();
    OpenSpan(active.and_then(|active| panic::contained(|| open(active)).ok()).unwrap_or_default())
}

// The options are expressions of the user's: one that panics must not reach the caller.

fn started(site: &'static CallSite, options: impl FnOnce(&mut Start)) -> Start {
    let mut start = Start::new(site);
    let _ = panic::contained(|| options(&mut start));
    start
}

fn recorded(start: &Start, options: impl FnOnce(&mut Recorder)) -> Vec<KeyValue> {
    capturing(start.site().kind, || {
        let mut recorder = Recorder::new(start);
        let _ = panic::contained(|| options(&mut recorder));
        recorder.finish()
    })
}

impl OpenSpan {
    /// The span, begun if it was not yet.
    pub(crate) fn live(&mut self) -> Option<&LiveSpan> {
        if let State::Later(_) = self.0
            && let State::Later(later) = std::mem::replace(&mut self.0, State::None)
        {
            let Later { active, start, attributes } = *later;
            let span = LiveSpan::start(active, &start);
            span.set_attributes(attributes);
            self.0 = State::Live(span);
        }
        match &self.0 {
            State::Live(span) => Some(span),
            _ => None,
        }
    }

    /// The span, if it has begun. None is left.
    pub(crate) fn take(&mut self) -> Option<LiveSpan> {
        match std::mem::replace(&mut self.0, State::None) {
            State::Live(span) => Some(span),
            _ => None,
        }
    }

    /// The kind of the span, if there is one.
    pub(crate) fn kind(&self) -> Option<OpenInferenceSpanKind> {
        match &self.0 {
            State::None => None,
            State::Later(later) => Some(later.start.site().kind),
            State::Live(span) => Some(span.kind()),
        }
    }

    pub(crate) fn is_some(&self) -> bool {
        !matches!(self.0, State::None)
    }

    /// Ends the span of a function that failed before it could return a future or a stream.
    pub fn fail(mut self, read: impl FnOnce() -> Failed) {
        if let Some(span) = self.live()
            && span.is_recording()
            && let Ok(failed) = panic::contained(read)
        {
            outcome::fail(span, &failed, None);
        }
    }
}

//! From a call to its span.

use super::error::Failed;
use super::live::LiveSpan;
use super::outcome;
use super::recorder::Recorder;
use super::start::Start;
use crate::capture::capturing;
use crate::openinference::OpenInferenceSpanKind;
use crate::panic;
use crate::register::{self, ActiveHere};
use crate::span::{CallSite, Said};

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

impl From<Option<LiveSpan>> for State {
    fn from(span: Option<LiveSpan>) -> Self {
        span.map_or(State::None, State::Live)
    }
}

/// All that is known of a span before it begins.
#[derive(Debug)]
struct Later {
    active: ActiveHere,
    start: Start,
    said: Said,
}

/// Opens the span of a call. `start` gives the name and the parent; `record` gives the input and
/// runs only if the span records.
#[inline]
pub fn open(
    site: &'static CallSite,
    start: impl FnOnce(&mut Start),
    record: impl FnOnce(&mut Recorder<'_>),
) -> OpenSpan {
    if !register::is_enabled() {
        return OpenSpan::default();
    }
    opened(|active| {
        let start = started(site, start);
        LiveSpan::start(active, &start, |said| recorded(&start, said, record)).into()
    })
}

/// Opens the span of a function that returns a future or a stream. The arguments are gone when the
/// span begins, so they are recorded here, unless it is known that the span will not record.
#[inline]
pub fn open_later(
    site: &'static CallSite,
    start: impl FnOnce(&mut Start),
    record: impl FnOnce(&mut Recorder<'_>),
) -> OpenSpan {
    if !register::is_enabled() {
        return OpenSpan::default();
    }
    opened(|active| {
        let start = started(site, start);
        let may_record = start.may_record(&active);
        let mut said = Said::default();
        if may_record {
            recorded(&start, &mut said, record);
        }
        State::Later(Box::new(Later { active, start, said }))
    })
}

/// Nothing, if nothing is registered any more, or on a thread that is ending: it has no context any
/// more, and OpenTelemetry panics when asked for it. So may a sampler of an attached provider.
#[inline(never)]
fn opened(open: impl FnOnce(ActiveHere) -> State) -> OpenSpan {
    let active = register::active();
    OpenSpan(active.and_then(|active| panic::catch(|| open(active)).ok()).unwrap_or_default())
}

// The options are expressions of the user's: one that panics must not reach the caller.

fn started(site: &'static CallSite, options: impl FnOnce(&mut Start)) -> Start {
    let mut start = Start::new(site);
    let _ = panic::catch(|| options(&mut start));
    start.settle();
    start
}

fn recorded(start: &Start, said: &mut Said, options: impl FnOnce(&mut Recorder<'_>)) {
    let kind = start.callee().kind();
    capturing(kind, || {
        let mut recorder = Recorder::new(kind, said);
        let _ = panic::catch(|| options(&mut recorder));
        recorder.finish();
    });
}

impl OpenSpan {
    /// The span, begun if it was not yet.
    #[inline]
    pub(crate) fn live(&mut self) -> Option<&LiveSpan> {
        if let State::Later(_) = self.0 {
            self.begin();
        }
        match &self.0 {
            State::Live(span) => Some(span),
            _ => None,
        }
    }

    fn begin(&mut self) {
        if let State::Later(later) = std::mem::replace(&mut self.0, State::None) {
            let Later { active, start, said } = *later;
            let begun = || LiveSpan::start(active, &start, |first| first.add(said)).into();
            self.0 = panic::catch(begun).unwrap_or_default();
        }
    }

    /// The span, if it has begun. None is left.
    #[inline]
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
            State::Later(later) => Some(later.start.callee().kind()),
            State::Live(span) => Some(span.kind()),
        }
    }

    #[inline]
    pub(crate) fn is_some(&self) -> bool {
        !matches!(self.0, State::None)
    }

    /// Ends the span of a function that failed before it could return a future or a stream.
    pub fn fail(mut self, read: impl FnOnce() -> Failed) {
        if let Some(span) = self.live()
            && span.is_recording()
            && let Ok(failed) = panic::catch(read)
        {
            outcome::fail(span, &failed, None);
        }
    }
}

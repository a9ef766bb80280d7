//! Opening a span: the one seam between the macros and whatever records it.

mod attribute_value;
mod attributes;
mod current;
mod live;
mod parent;
mod recorder;
mod start;

pub use attribute_value::AttributeValue;
pub(crate) use attributes::keep_last_of_each_key;
pub use current::{CurrentSpan, current_span};
pub(crate) use live::LiveSpan;
pub use parent::Parent;
pub use recorder::Recorder;
pub use start::{SpanName, Start};

use crate::call_site::CallSite;
use crate::outcome::panic;
use crate::register;

/// A span that was opened for a call, or nothing if nothing is registered.
#[derive(Debug)]
#[must_use]
pub struct OpenSpan(pub(crate) Option<LiveSpan>);

/// Opens the span of a call. `start` gives the name and the parent; `record` gives the input and
/// runs only if the span records.
#[inline]
pub fn open(
    site: &'static CallSite,
    start: impl FnOnce(&mut Start),
    record: impl FnOnce(&mut Recorder),
) -> OpenSpan {
    if !register::is_enabled() {
        return OpenSpan(None);
    }
    OpenSpan(open_registered(site, start, record))
}

fn open_registered(
    site: &'static CallSite,
    start: impl FnOnce(&mut Start),
    record: impl FnOnce(&mut Recorder),
) -> Option<LiveSpan> {
    let active = register::active()?;
    let mut started = Start::new(site);
    // The options are the user's expressions: one that panics must not reach the caller.
    let _ = panic::contained(|| start(&mut started));
    let span = LiveSpan::start(active, site, &started);
    if span.is_recording() {
        let mut recorder = Recorder::new(site.kind);
        recorder.name(&started);
        let _ = panic::contained(|| record(&mut recorder));
        span.set_attributes(recorder.finish());
    }
    Some(span)
}

//! Runs the call of a `traced!`.
//!
//! The arguments of the call have two sorts. Variables are captured where they are, before the call
//! moves them. The values of other expressions are bound first, so that they are evaluated once, and
//! are captured from the binding. The types of these values are often known to the compiler only
//! from the call, as that of `None` is. It infers the types of closures in the order in which they
//! are passed, so [`in_call`] receives the closure with the call before the one that captures.

use super::attribute_options::{AttributeOptions, Input};
use super::future::InSpan;
use super::live::LiveSpan;
use super::open::{self, SpanHandle};
use super::start_options::StartOptions;
use super::sync::in_open_span;
use crate::capture::{CapturedValue, with_limits_for};
use crate::panic;
use crate::register;
use crate::span::{CallSite, SpanContent};

/// A call whose options and variables are captured, and whose span has not begun. It is empty if
/// nothing is registered.
#[derive(Debug, Default)]
#[must_use]
pub struct PendingCall(Option<Box<Pending>>);

#[derive(Debug)]
struct Pending {
    span: Box<LiveSpan>,
    start: StartOptions,
    content: SpanContent,
    input: Input,
    arguments: CallArguments,
    /// False if it is certain that the span will not record.
    may_record: bool,
}

/// The captured arguments of a call, with their positions.
#[derive(Debug, Default)]
pub struct CallArguments(Vec<(usize, &'static str, CapturedValue<'static>)>);

impl CallArguments {
    /// Adds the argument at a position of the call.
    pub fn add(&mut self, position: usize, name: &'static str, value: CapturedValue<'_>) {
        self.0.push((position, name, value.into_owned()));
    }
}

/// Prepares the span of a call. `start` sets the name and the parent; `record` sets the attributes
/// and captures the variables among the arguments, and runs only if the span may record.
#[inline]
pub fn prepare_call(
    site: &'static CallSite,
    start: impl FnOnce(&mut StartOptions),
    record: impl FnOnce(&mut AttributeOptions<'_>, &mut CallArguments),
) -> PendingCall {
    if !register::is_enabled() {
        return PendingCall::default();
    }
    prepare_registered(site, start, record)
}

#[cold]
#[inline(never)]
fn prepare_registered(
    site: &'static CallSite,
    start: impl FnOnce(&mut StartOptions),
    record: impl FnOnce(&mut AttributeOptions<'_>, &mut CallArguments),
) -> PendingCall {
    let Some(span) = LiveSpan::acquire(site) else { return PendingCall(None) };
    let start = open::evaluate_start_options(site, start);
    // OpenTelemetry panics on a thread whose thread-locals are destroyed.
    let may_record = panic::catch(|| start.may_record(&span.shared().active));
    let Ok(may_record) = may_record else { return PendingCall(None) };
    let mut content = SpanContent::default();
    let mut arguments = CallArguments::default();
    let mut options = AttributeOptions::new(site.kind, &mut content);
    if may_record {
        with_limits_for(site.kind, || {
            let _ = panic::catch(|| record(&mut options, &mut arguments));
        });
    }
    let input = options.into_input();
    PendingCall(Some(Box::new(Pending { span, start, content, input, arguments, may_record })))
}

impl PendingCall {
    /// Adds the arguments that were bound, and returns the span, which begins with its first use.
    #[inline]
    fn open(self, record: impl FnOnce(&mut CallArguments)) -> SpanHandle {
        match self.0 {
            None => SpanHandle::default(),
            Some(pending) => pending.open(record),
        }
    }
}

impl Pending {
    #[inline(never)]
    fn open(self: Box<Self>, record: impl FnOnce(&mut CallArguments)) -> SpanHandle {
        let Pending { mut span, start, mut content, input, mut arguments, may_record } = *self;
        let kind = span.kind();
        if may_record {
            with_limits_for(kind, || {
                let _ = panic::catch(|| record(&mut arguments));
                arguments.0.sort_by_key(|(position, ..)| *position);
                let mut options = AttributeOptions::resume(kind, &mut content, input);
                for (_, name, value) in arguments.0 {
                    options.argument(name, value);
                }
                options.combine_arguments();
            });
        }
        span.defer(start, content);
        span.into()
    }
}

/// Runs a call that is not async in its span. `arguments` are the values that were bound; `body`
/// makes the call with them, `record` captures them before, and `finish` ends the span or moves it
/// into the returned stream.
#[inline]
pub fn in_call<A, R, W>(
    call: PendingCall,
    arguments: A,
    body: impl FnOnce(A) -> R,
    record: impl FnOnce(&A, &mut CallArguments),
    finish: impl FnOnce(R, SpanHandle) -> W,
) -> W {
    let span = call.open(|captured| record(&arguments, captured));
    if span.is_some() {
        return in_open_span(span, move || body(arguments), finish);
    }
    finish(body(arguments), span)
}

/// Returns the future of a call that is awaited, in its span. The arguments are those of
/// [`in_call`].
#[inline]
pub fn in_call_async<A, R, W>(
    call: PendingCall,
    arguments: A,
    body: impl AsyncFnOnce(A) -> R,
    record: impl FnOnce(&A, &mut CallArguments),
    finish: impl FnOnce(R, SpanHandle) -> W,
) -> impl Future<Output = W> {
    let span = call.open(|captured| record(&arguments, captured));
    InSpan::new(body(arguments), span, finish)
}

//! The span of a call, from its begin to its end.
//!
//! This is the path of every recorded call. Its steps, with the instructions of a call that takes
//! and returns a text of 70 bytes (callgrind, `docs/performance.md`):
//!
//! 1. [`acquire`](LiveSpan::acquire) takes the memory of an earlier span of this thread: 25.
//! 2. [`begin`](LiveSpan::begin) decides if the span records, and fills its record: 260 with the
//!    clock. [`open`](super::open) then captures the arguments: 180.
//! 3. [`share`](LiveSpan::share) puts the span into an OpenTelemetry context: 120.
//! 4. [`attach_once`](LiveSpan::attach_once) makes it the current span, and the body runs.
//! 5. [`end`](LiveSpan::end) stores the output and hands the record to the queue, which returns the
//!    memory of an earlier record: 350 with the clock.
//!
//! OpenTelemetry's part, a context that is created, attached, detached and freed, takes about 610
//! instructions. Nothing else on this path allocates once records circulate.

use super::context_span::ContextSpan;
use super::join;
use super::sampling::{Attached, Decision, attached_span, decide};
use super::shared_span::{RareParts, RecordingSpan, SharedSpan};
use super::spare;
use super::start_options::StartOptions;
use crate::capture::CapturedValue;
use crate::in_current_span::try_attach;
use crate::openinference::OpenInferenceSpanKind;
use crate::panic;
#[cfg(feature = "testing")]
use crate::recording::Recording;
use crate::register::{self, EffectiveParent, Sampling};
use crate::scope::ContextAttributes;
use crate::span::{CallSite, SpanContent, SpanRecord};
use opentelemetry::trace::{Span as _, SpanContext, Status, TraceContextExt};
use opentelemetry::{Context, ContextGuard, KeyValue};
use std::sync::Arc;

/// A span and the context in which the body runs.
///
/// It is always in a box, whose memory is used for the next span of the thread on which it ends.
#[derive(Debug)]
pub(crate) struct LiveSpan {
    site: &'static CallSite,
    state: State,
    /// The context with the span. It is empty while [`attach_once`](LiveSpan::attach_once) has moved
    /// it into OpenTelemetry's stack.
    context: Context,
    is_moved: bool,
    /// True if the context is the caller's apart from the span, so that it can be made again.
    runs_in_current: bool,
    /// The part that OpenTelemetry code reaches through the context.
    shared: Arc<SharedSpan>,
    /// The record until the span is shared. Before that and afterwards: memory for a record.
    record: Option<Box<SpanRecord>>,
    /// The parts that few spans have, until the span is shared.
    rare: Option<Box<RareParts>>,
    deferred: Option<Box<DeferredSpan>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It has not begun.
    New,
    NotRecording,
    Recording,
}

/// A span that begins later: its options, and the arguments that were captured at the call.
#[derive(Debug)]
struct DeferredSpan {
    start: StartOptions,
    content: SpanContent,
}

impl LiveSpan {
    /// Returns a span that has not begun. Returns `None` if nothing is registered.
    #[inline]
    pub(super) fn acquire(site: &'static CallSite) -> Option<Box<Self>> {
        let change = register::changes();
        // Memory of an earlier registration would keep it alive, and the context of a span that
        // ended may be kept by code of the application. Both are dropped.
        while let Some(mut spare) = spare::take() {
            if spare.shared.is_free(change) {
                spare.site = site;
                return Some(spare);
            }
        }
        LiveSpan::new(site, change)
    }

    /// Allocates a span: the first of a level, after a change of the registration, or because code
    /// of the application has kept the context of the last one.
    #[cold]
    fn new(site: &'static CallSite, change: u64) -> Option<Box<Self>> {
        Some(Box::new(LiveSpan {
            site,
            state: State::New,
            context: Context::new(),
            is_moved: false,
            runs_in_current: true,
            shared: SharedSpan::new(register::active()?, change),
            record: None,
            rare: None,
            deferred: None,
        }))
    }

    /// Keeps the memory of a span that does not record for the next one of this thread.
    #[inline(never)]
    pub(super) fn recycle(mut self: Box<Self>) {
        self.context = Context::new();
        self.keep();
    }

    #[inline]
    fn keep(mut self: Box<Self>) {
        self.is_moved = false;
        self.state = State::New;
        spare::keep(self);
    }

    /// Begins the span. Returns `None` if the body runs as it would without an annotation: telemetry
    /// is suppressed, or an unsampled parent in the current context already decides for all spans
    /// below it. Also if OpenTelemetry panics, since the thread is ending, or an attached provider.
    #[inline(never)]
    pub(super) fn begin(mut self: Box<Self>, start: &StartOptions) -> Option<Box<Self>> {
        let begun = panic::catch(|| match self.shared.active.sampling() {
            Some(sampling) => start.in_context(|context| self.begin_own(sampling, start, context)),
            None => self.begin_attached(start),
        });
        match begun {
            Ok(true) => Some(self),
            Ok(false) => {
                self.recycle();
                None
            }
            Err(_) => None,
        }
    }

    /// Begins a span that this crate records itself.
    #[inline]
    fn begin_own(&mut self, sampling: Sampling, start: &StartOptions, context: &Context) -> bool {
        let current = context.span();
        let active = &self.shared.active;
        (self.state, self.context) =
            match decide(active, sampling, start, context, current.span_context()) {
                Decision::Nothing => return false,
                Decision::NotRecording => (State::NotRecording, context.clone()),
                Decision::Inherited(parent) => {
                    (State::NotRecording, context.with_remote_span_context(parent.clone()))
                }
                Decision::NotSampled(ids) => {
                    (State::NotRecording, context.with_remote_span_context(ids.span_context()))
                }
                Decision::Record(ids, EffectiveParent { parent, ignored }) => {
                    let spare = &mut self.record;
                    let record = begin_record(spare, start, ids.span_context(), parent, context);
                    if self.site.kind == OpenInferenceSpanKind::Tool
                        && let Some(part) = join::part(context, record)
                    {
                        self.rare = Some(Box::new(RareParts::of_served_call(part)));
                    }
                    if let Some(ignored) = ignored {
                        record.add_link(ignored.clone(), Vec::new());
                    }
                    // `share` makes the context.
                    self.state = State::Recording;
                    return true;
                }
            };
        true
    }

    /// Begins a span of an attached provider, whose own sampler decides.
    ///
    /// It runs samplers and processors of the application, which may attach contexts; the context
    /// must therefore be a clone, not the borrowed current one.
    #[cold]
    fn begin_attached(&mut self, start: &StartOptions) -> bool {
        let context = start.in_context(Context::clone);
        let current = context.span();
        let active = &self.shared.active;
        (self.state, self.context) =
            match attached_span(active, start, &context, current.span_context()) {
                Attached::Nothing => return false,
                Attached::NotRecording => (State::NotRecording, context.clone()),
                Attached::NotSampled(span_context) => {
                    (State::NotRecording, context.with_remote_span_context(span_context))
                }
                Attached::Record(span, parent) => {
                    let span_context = span.span_context().clone();
                    begin_record(&mut self.record, start, span_context, parent, &context);
                    self.rare = Some(Box::new(RareParts::of_attached_span(span)));
                    // `share` makes the context.
                    self.state = State::Recording;
                    return true;
                }
            };
        true
    }

    /// Returns the content of a span that has begun and records, before it is shared.
    #[inline]
    pub(super) fn content(&mut self) -> Option<&mut SpanContent> {
        let is_recording = self.is_recording();
        self.record.as_mut().filter(|_| is_recording).map(|record| &mut record.content)
    }

    /// Puts a span that records into the context of the body, where OpenTelemetry code finds it.
    #[inline(never)]
    pub(super) fn share(&mut self, start: &StartOptions) {
        if let Some(record) = self.record.take() {
            self.shared.share(record, self.rare.take());
        }
        self.runs_in_current = start.runs_in_current_context();
        self.context = start.in_context(|context| self.context_in(context));
    }

    /// Returns a context with this span.
    #[inline]
    fn context_in(&self, context: &Context) -> Context {
        context.with_span(ContextSpan(Arc::clone(&self.shared)))
    }

    /// Makes the span begin later, with this content.
    pub(super) fn defer(&mut self, start: StartOptions, content: SpanContent) {
        self.deferred = Some(Box::new(DeferredSpan { start, content }));
    }

    #[inline]
    pub(super) fn is_deferred(&self) -> bool {
        self.deferred.is_some()
    }

    /// Begins a span that was deferred.
    pub(super) fn begin_deferred(mut self: Box<Self>) -> Option<Box<Self>> {
        let Some(deferred) = self.deferred.take() else { return Some(self) };
        let DeferredSpan { start, content: earlier } = *deferred;
        let mut span = self.begin(&start)?;
        if let Some(content) = span.content() {
            content.replace_keeping_scope(earlier);
            span.share(&start);
        }
        Some(span)
    }

    pub(super) fn context(&self) -> &Context {
        &self.context
    }

    pub(super) fn shared(&self) -> &Arc<SharedSpan> {
        &self.shared
    }

    /// Takes the span to end it. Returns `None` if OpenTelemetry code has ended it.
    pub(super) fn take_shared(&mut self) -> Option<RecordingSpan> {
        self.shared.take()
    }

    pub(crate) fn kind(&self) -> OpenInferenceSpanKind {
        self.site.kind
    }

    #[inline]
    pub(crate) fn is_recording(&self) -> bool {
        self.state == State::Recording
    }

    /// Makes the span the current one until the guard is dropped.
    pub(crate) fn attach(&self) -> Option<ContextGuard> {
        try_attach(&self.context)
    }

    /// Makes the span the current one until the guard is dropped, for a body that runs at once. This
    /// saves a clone of the context.
    #[inline]
    pub(crate) fn attach_once(&mut self) -> Option<ContextGuard> {
        if self.is_recording() && !self.runs_in_current {
            return self.attach();
        }
        self.is_moved = true;
        Some(std::mem::take(&mut self.context).attach())
    }

    /// Makes the span independent of the current context. If the span records, the guard of
    /// [`attach_once`](LiveSpan::attach_once) was dropped before; otherwise it still exists.
    pub(super) fn keep_context(&mut self) {
        if !std::mem::take(&mut self.is_moved) {
            return;
        }
        let context = || match self.state {
            State::Recording => Context::map_current(|context| self.context_in(context)),
            _ => Context::current(),
        };
        self.context = panic::catch(context).unwrap_or_default();
    }

    pub(crate) fn add_event(&self, name: &'static str, attributes: Vec<KeyValue>) {
        let now = opentelemetry::time::now();
        self.shared.change(|span, active| span.add_event(name.into(), now, attributes, active));
    }

    /// Ends the span. The status and the output of the call do not replace those that were set
    /// explicitly.
    pub(crate) fn end(mut self: Box<Self>, status: Status, output: Option<CapturedValue<'_>>) {
        let now = opentelemetry::time::now();
        // Without its context, the span can usually be taken without a lock.
        if !self.is_moved {
            self.context = Context::new();
        }
        if self.is_recording()
            && let Some(mut span) = self.shared.take()
        {
            span.close(now, status, output);
            self.record = span.deliver(&self.shared.active);
        }
        self.keep();
    }
}

/// Fills the record of a span that begins in `context`, in the memory of an earlier one.
#[expect(clippy::inline_always, reason = "the call is a quarter of its instructions")]
#[inline(always)]
fn begin_record<'a>(
    spare: &'a mut Option<Box<SpanRecord>>,
    start: &StartOptions,
    span_context: SpanContext,
    parent: &SpanContext,
    context: &Context,
) -> &'a mut SpanRecord {
    let site = start.site();
    let record = match spare {
        Some(record) => record,
        None => spare.insert(new_record(site)),
    };
    record.begin(site, start.self_type(), span_context, parent);
    if let Some(name) = start.evaluated_name() {
        record.call.name = Some(name.clone());
    }
    if let Some(inherited) = ContextAttributes::from_context(context) {
        record.content.inherited = Some(inherited);
    }
    #[cfg(feature = "testing")]
    {
        record.recording = Recording::of(context);
    }
    record
}

#[cold]
fn new_record(site: &'static CallSite) -> Box<SpanRecord> {
    Box::new(SpanRecord::empty(site))
}

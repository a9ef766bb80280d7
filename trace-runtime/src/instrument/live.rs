//! The span of a call, from its begin to its end.
//!
//! This is the path of every recorded call. Its steps, with the instructions of a call that takes
//! and returns a text of 70 bytes (callgrind, `docs/performance.md`):
//!
//! 1. [`acquire`](LiveSpan::acquire) takes the memory of an earlier span of this thread.
//! 2. [`begin`](LiveSpan::begin) decides if the span records, and puts it into an OpenTelemetry
//!    context. [`open`](super::open) then captures the arguments.
//! 3. [`attach`](LiveSpan::attach) makes it the current span, and the body runs.
//! 4. [`end`](LiveSpan::end) stores the output and hands the record to the queue, which returns the
//!    memory of an earlier record.
//!
//! OpenTelemetry's part, a context that is created, attached, detached and freed, takes about 720
//! instructions. Nothing else on this path allocates once records circulate.

use super::context_span::ContextSpan;
use super::join::{self, Part};
use super::sampling::{Attached, Decision, attached_span, decide};
use super::shared_span::SharedSpan;
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
use opentelemetry_sdk::trace::Span as SdkSpan;
use std::cell::RefCell;
use std::sync::Arc;

/// A span and the context in which the body runs.
///
/// It is always in a box, whose memory is used for the next span of the thread on which it ends.
#[derive(Debug)]
pub(crate) struct LiveSpan {
    site: &'static CallSite,
    state: State,
    context: Context,
    /// The part that OpenTelemetry code reaches through the context.
    shared: Arc<SharedSpan>,
    /// The record until the span is shared. Before that and afterwards: memory for a record.
    record: Option<Box<SpanRecord>>,
    /// The span of an attached provider, until the span is shared.
    attached: Option<Box<SdkSpan>>,
    /// The part that the span has in a served call, until the span is shared.
    part: Option<Box<Part>>,
    deferred: Option<Box<DeferredSpan>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It has not begun.
    New,
    NotRecording,
    /// It does not record, and its context is the current one. This saves a clone of the context for
    /// each call that is not sampled.
    NotRecordingHere,
    Recording,
}

/// A span that begins later: its options, and the arguments that were captured at the call.
#[derive(Debug)]
struct DeferredSpan {
    start: StartOptions,
    content: SpanContent,
}

type Spare = Vec<Box<LiveSpan>>;

thread_local! {
    /// The memory of spans that have ended on this thread: one for each level of nested calls.
    static SPARE: RefCell<Spare> = const { RefCell::new(Vec::new()) };
}

/// The number of spans whose memory a thread keeps.
const MAX_SPARE: usize = 32;

impl LiveSpan {
    /// Returns a span that has not begun. Returns `None` if nothing is registered.
    #[inline]
    pub(super) fn acquire(site: &'static CallSite) -> Option<Box<Self>> {
        let change = register::changes();
        // A thread that is ending has already destroyed its thread-locals.
        let spare = SPARE.try_with(|spare| spare.try_borrow_mut().ok()?.pop()).ok().flatten();
        match spare {
            Some(mut spare) if spare.shared.is_free(change) => {
                spare.site = site;
                Some(spare)
            }
            _ => LiveSpan::new(site, change),
        }
    }

    /// Allocates a span: the first of a level, after a change of the registration, or because code
    /// of the application has kept the context of the last one.
    #[cold]
    fn new(site: &'static CallSite, change: u64) -> Option<Box<Self>> {
        // Spans of an earlier registration would keep it alive.
        let _ = SPARE.try_with(|spare| {
            if let Ok(mut spare) = spare.try_borrow_mut() {
                spare.retain(|spare| spare.shared.is_free(change));
            }
        });
        Some(Box::new(LiveSpan {
            site,
            state: State::New,
            context: Context::new(),
            shared: SharedSpan::new(register::active()?, change),
            record: None,
            attached: None,
            part: None,
            deferred: None,
        }))
    }

    /// Keeps the memory for the next span of this thread.
    #[inline]
    pub(super) fn recycle(mut self: Box<Self>) {
        self.context = Context::new();
        self.state = State::New;
        let _ = SPARE.try_with(|spare| {
            if let Ok(mut spare) = spare.try_borrow_mut()
                && spare.len() < MAX_SPARE
            {
                spare.push(self);
            }
        });
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
                    let mut span_context = ids.span_context();
                    let record = record_in(&mut self.record, self.site);
                    begin_record(record, start, self.site, &span_context, parent, context);
                    if self.site.kind == OpenInferenceSpanKind::Tool {
                        self.part = join::part(context, record);
                        span_context = record.span_context.clone();
                    }
                    if let Some(ignored) = ignored {
                        record.add_link(ignored.clone(), Vec::new());
                    }
                    let shared = Arc::clone(&self.shared);
                    (State::Recording, context.with_span(ContextSpan { span_context, shared }))
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
                    let record = record_in(&mut self.record, self.site);
                    begin_record(record, start, self.site, &span_context, parent, &context);
                    self.attached = Some(span);
                    let shared = Arc::clone(&self.shared);
                    (State::Recording, context.with_span(ContextSpan { span_context, shared }))
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

    /// Lets OpenTelemetry code reach the span through its context, before the body runs.
    #[inline]
    pub(super) fn share(&mut self) {
        if let Some(record) = self.record.take() {
            self.shared.share(record, self.attached.take(), self.part.take());
        }
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
            span.share();
        }
        Some(span)
    }

    pub(super) fn context(&self) -> &Context {
        &self.context
    }

    pub(super) fn shared(&self) -> &Arc<SharedSpan> {
        &self.shared
    }

    pub(crate) fn kind(&self) -> OpenInferenceSpanKind {
        self.site.kind
    }

    #[inline]
    pub(crate) fn is_recording(&self) -> bool {
        self.state == State::Recording
    }

    /// Makes the span the current one until the guard is dropped.
    #[inline]
    pub(crate) fn attach(&self) -> Option<ContextGuard> {
        try_attach(&self.context)
    }

    /// Makes a span that does not record the current one, without a clone of the context.
    #[inline]
    pub(crate) fn move_into_current(&mut self) -> ContextGuard {
        self.state = State::NotRecordingHere;
        std::mem::take(&mut self.context).attach()
    }

    /// Makes the span independent of the current context.
    pub(super) fn keep_context(&mut self) {
        if self.state == State::NotRecordingHere {
            self.state = State::NotRecording;
            self.context = panic::catch(Context::current).unwrap_or_default();
        }
    }

    pub(crate) fn add_event(&self, name: &'static str, attributes: Vec<KeyValue>) {
        let now = opentelemetry::time::now();
        self.shared.change(|span, active| span.add_event(name.into(), now, attributes, active));
    }

    /// Ends the span. The status and the output of the call do not replace those that were set
    /// explicitly.
    #[inline]
    pub(crate) fn end(mut self: Box<Self>, status: Status, output: Option<CapturedValue<'_>>) {
        let now = opentelemetry::time::now();
        // OpenTelemetry code may have ended it.
        if self.is_recording()
            && let Some(mut span) = self.shared.take()
        {
            span.close(now, status, output);
            self.record = span.deliver(&self.shared.active);
        }
        self.recycle();
    }
}

/// Returns the memory for the record of a span.
#[inline]
fn record_in<'a>(
    spare: &'a mut Option<Box<SpanRecord>>,
    site: &'static CallSite,
) -> &'a mut SpanRecord {
    spare.get_or_insert_with(|| Box::new(SpanRecord::empty(site)))
}

/// Fills the record of a span that begins in `context`.
#[inline]
fn begin_record(
    record: &mut SpanRecord,
    start: &StartOptions,
    site: &'static CallSite,
    span_context: &SpanContext,
    parent: &SpanContext,
    context: &Context,
) {
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
}

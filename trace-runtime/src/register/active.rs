//! The parts of a registration that open and end spans.

use super::attached_tracers::AttachedTracers;
use super::propagator;
use super::settings::{PropagationSettings, Sampling};
use crate::delivery::{DeliveryProcessor, Diagnostics, QueuedSpan};
#[cfg(feature = "testing")]
use crate::enrich::CountedOnce;
use crate::enrich::{Limits, Stages};
use crate::feedback::{Annotation, Hub, Target};
use crate::span::{CallSite, SpanRecord, watched};
use crate::sync;
use opentelemetry::trace::SpanContext;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// The parts of a registration that open and end spans.
#[derive(Debug)]
pub(crate) struct Active {
    limits: Limits,
    /// The stages that spans pass before a test looks at them.
    #[cfg(feature = "testing")]
    stages: Stages,
    /// True if secrets are redacted in the spans of an attached provider. The stages of delivery
    /// redact them in all others.
    scrubs_attached: bool,
    /// The sampler and the delivery of this crate; `None` for an attached provider, which has its
    /// own.
    own: Option<(Sampling, DeliveryProcessor)>,
    /// `None` in tests that record.
    feedback: Option<Arc<Hub>>,
    diagnostics: Arc<Diagnostics>,
    propagation: PropagationSettings,
    /// True if this registration has set the global propagator.
    has_set_propagator: AtomicBool,
    /// True once `shutdown` has begun: spans that end now are lost.
    closed: AtomicBool,
    /// The tracers of an attached provider; `None` after deactivation. Thread-locals keep `Active`
    /// alive for longer, and must not keep the application's provider alive with it.
    tracers: Mutex<Option<AttachedTracers>>,
}

/// The parent that a span has under the settings of the registration.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EffectiveParent<'a> {
    /// The parent; an invalid one if the span begins a trace.
    pub(crate) parent: &'a SpanContext,
    /// The remote span that is not the parent because the settings exclude it. The span links to
    /// it.
    pub(crate) ignored: Option<&'a SpanContext>,
}

impl EffectiveParent<'_> {
    /// The span begins a trace.
    pub(crate) const NONE: Self = EffectiveParent { parent: &SpanContext::NONE, ignored: None };
}

impl Active {
    pub(super) fn new(
        provider: &SdkTracerProvider,
        stages: &Stages,
        own: Option<(Sampling, DeliveryProcessor)>,
        feedback: Option<Arc<Hub>>,
        diagnostics: Arc<Diagnostics>,
        propagation: PropagationSettings,
    ) -> Self {
        let tracers = own.is_none().then(|| AttachedTracers::new(provider.clone()));
        Active {
            limits: stages.limits(),
            #[cfg(feature = "testing")]
            stages: stages.clone(),
            scrubs_attached: own.is_none() && stages.scrubs_secrets(),
            own,
            feedback,
            diagnostics,
            propagation,
            has_set_propagator: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            tracers: Mutex::new(tracers),
        }
    }

    /// Sets the global propagator if the settings ask for it.
    pub(super) fn set_propagator(&self) {
        if let Some(formats) = self.propagation.propagators {
            self.has_set_propagator.store(propagator::set_global(formats), Ordering::Relaxed);
        }
    }

    /// Resets the global propagator if this registration has set it.
    pub(super) fn reset_propagator(&self) {
        if self.has_set_propagator.load(Ordering::Relaxed) {
            propagator::reset_global();
        }
    }

    /// Releases the attached provider. Dropping the last handle on it shuts it down, which may take
    /// time and call code of the application: call this without a lock.
    pub(super) fn release_provider(&self) {
        let tracers = sync::lock(&self.tracers).take();
        drop(tracers);
    }

    /// Marks the registration as shut down. A span that ends from now on is reported as lost.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    pub(crate) fn limits(&self) -> Limits {
        self.limits
    }

    /// Returns the sampler for our own spans; `None` if an attached provider samples.
    pub(crate) fn sampling(&self) -> Option<Sampling> {
        self.own.as_ref().map(|(sampling, _)| *sampling)
    }

    /// Returns true if secrets must be redacted before an attached provider receives a span.
    pub(crate) fn scrubs_attached(&self) -> bool {
        self.scrubs_attached
    }

    /// Queues a span that has ended. Does nothing for an attached provider, whose own processors
    /// receive the span. Returns the memory of an earlier record, for the next span of this thread.
    #[expect(clippy::inline_always, reason = "the call is half of its instructions")]
    #[inline(always)]
    pub(crate) fn deliver(&self, span: Box<SpanRecord>) -> Option<Box<SpanRecord>> {
        let (_, processor) = self.own.as_ref()?;
        #[cfg(feature = "testing")]
        if let Some(recording) = &span.recording {
            recording.add((*span).clone().take_data(), |span| {
                self.stages.apply(std::slice::from_mut(span), &CountedOnce::default());
            });
        }
        let id = span.span_context.span_id();
        let spare = processor.push(QueuedSpan::Own(span));
        watched::ended(id);
        spare
    }

    /// Returns the parent of a span that would be a child of `current` without further settings. An
    /// invalid `current` means that the span has no parent in this process.
    #[inline]
    pub(crate) fn effective_parent<'a>(&'a self, current: &'a SpanContext) -> EffectiveParent<'a> {
        let parent = if current.is_valid() { current } else { &self.propagation.parent };
        if self.propagation.ignore_remote_parent && parent.is_remote() {
            return EffectiveParent { ignored: Some(parent), ..EffectiveParent::NONE };
        }
        EffectiveParent { parent, ignored: None }
    }

    /// Returns true if requests to any host carry the current span.
    pub(crate) fn names_hosts(&self) -> bool {
        !self.propagation.hosts.is_empty()
    }

    /// Returns true if requests to this host carry the current span.
    pub(crate) fn propagates_to(&self, host: &str, port: Option<u16>) -> bool {
        self.propagation.propagates_to(host, port)
    }

    /// Returns false if the sampler rejects every span with such a parent (`None`: no parent), so
    /// that its arguments need not be captured. An attached provider's sampler is unknown.
    pub(crate) fn may_sample(&self, parent_is_sampled: Option<bool>) -> bool {
        match (self.sampling(), parent_is_sampled) {
            (None, _) => true,
            (Some(Sampling { parent_based: true, .. }), Some(is_sampled)) => is_sampled,
            (Some(Sampling { ratio, .. }), _) => ratio > 0.0,
        }
    }

    /// Reports a span as lost if the registration was shut down. Called at the end of every span.
    #[inline]
    pub(crate) fn report_late_end(&self) {
        if self.closed.load(Ordering::Acquire) {
            self.report_lost("ended");
        }
    }

    /// Reports one span that `ended` or `began` after shutdown.
    fn report_lost(&self, event: &str) {
        self.diagnostics.lost("ended after shutdown", "", 1, &|spans| {
            format!(
                "{spans} lost, {event} after the registration was shut down: keep the \
                 `Registration` until all work is done"
            )
        });
    }

    /// Gives the score of an evaluator. An evaluator cannot handle an error, so it is reported.
    pub(crate) fn annotate(&self, target: &Target, annotation: Annotation) {
        let Some(feedback) = &self.feedback else { return };
        if let Err(error) = feedback.annotate(target, annotation) {
            self.diagnostics.late("evaluator", "", &|| {
                format!("the score of an evaluator was not taken: {error}")
            });
        }
    }

    /// Returns the attached provider's tracer for the crate of the call site. Returns `None` after
    /// `shutdown`, and reports the span as lost.
    pub(crate) fn tracer(&self, site: &CallSite) -> Option<SdkTracer> {
        let tracer = sync::lock(&self.tracers).as_mut().map(|tracers| tracers.tracer(site));
        if tracer.is_none() {
            self.report_lost("began");
        }
        tracer
    }
}

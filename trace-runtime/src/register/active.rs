//! The active registration, and the switch that every annotated function reads first.
//!
//! At most one registration is active. Threads reach it without a lock: each keeps a handle in a
//! thread-local, and refreshes it when the counter of changes has moved on.

#[cfg(feature = "testing")]
use super::for_tests;
use super::propagator;
use super::settings::{PropagationSettings, Sampling};
use crate::delivery::{DeliveryProcessor, Diagnostics, QueuedSpan};
use crate::enrich::{Limits, Stages};
use crate::feedback::{Annotation, Hub, Target};
use crate::span::CallSite;
use crate::span::{SpanRecord, instrumentation_scope, reseed, watched};
use crate::sync::{self, Process};
use opentelemetry::global;
use opentelemetry::trace::noop::NoopTracerProvider;
use opentelemetry::trace::{SpanContext, TracerProvider as _};
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock, TryLockError};

static ENABLED: AtomicBool = AtomicBool::new(false);
/// The number of changes of [`ACTIVE`]. Changed under its lock.
static CHANGES: AtomicU64 = AtomicU64::new(0);
static ACTIVE: RwLock<Option<Arc<Active>>> = RwLock::new(None);
/// The number of the process that activated it.
static OWNER: AtomicU32 = AtomicU32::new(0);

/// Returns true if a registration is active. If none is, an annotated function reads nothing but
/// this flag. The load is relaxed, because [`active`] synchronizes.
#[inline]
pub(crate) fn is_enabled() -> bool {
    ENABLED.load(Ordering::Relaxed)
}

/// Returns true if a registration of the program is active, which excludes another one.
pub(super) fn is_registered() -> bool {
    is_enabled() && sync::read(&ACTIVE).as_ref().is_some_and(|active| !is_for_tests(active))
}

/// Returns true for the registration that records tests while the program has none. It gives way
/// to one of the program.
#[cfg(feature = "testing")]
fn is_for_tests(active: &Arc<Active>) -> bool {
    for_tests::base().is_some_and(|base| Arc::ptr_eq(&base.active, active))
}

/// Activates the registration for tests, if a test has begun to record. The switch of the macros
/// stays on meanwhile, so that parallel tests lose no span.
#[cfg(feature = "testing")]
fn activate_for_tests(active: &mut Option<Arc<Active>>) -> bool {
    let Some(base) = for_tests::base() else { return false };
    base.active.set(active, Some(&base.provider));
    true
}

#[cfg(not(feature = "testing"))]
fn activate_for_tests(_active: &mut Option<Arc<Active>>) -> bool {
    false
}

#[cfg(not(feature = "testing"))]
fn is_for_tests(_active: &Arc<Active>) -> bool {
    false
}

/// A handle to the active registration, with a separate reference count for each thread.
///
/// A lock or a count that all threads share would move between the caches of the processors with
/// every span: two threads that record at the same time take 298 to 386 ns of CPU time per call
/// with a handle for each thread, and 379 to 426 ns without (minimum of 15 rounds, three runs). A
/// single thread pays 11 instructions for it (callgrind).
pub(crate) type ActiveHandle = Arc<Arc<Active>>;

thread_local! {
    /// The value of [`CHANGES`] at the last refresh of this thread, and the registration at that
    /// time.
    static CACHED: RefCell<(u64, Option<ActiveHandle>)> = const { RefCell::new((0, None)) };
}

/// Returns the number of changes of the active registration.
#[inline]
pub(crate) fn changes() -> u64 {
    CHANGES.load(Ordering::Acquire)
}

/// Returns the active registration.
pub(crate) fn active() -> Option<ActiveHandle> {
    let change = changes();
    let cached = CACHED.try_with(|cached| {
        let mut cached = cached.try_borrow_mut().ok()?;
        if cached.0 != change {
            *cached = (change, refreshed());
        }
        cached.1.clone()
    });
    // A thread that is ending has destroyed the thread-local; spans of destructors read the lock
    // instead.
    cached.unwrap_or_else(|_| read().map(Arc::new))
}

/// Reads the active registration after a change.
#[cold]
fn refreshed() -> Option<ActiveHandle> {
    // The change may be that of a forked child.
    reseed();
    read().map(Arc::new)
}

fn read() -> Option<Arc<Active>> {
    match ACTIVE.try_read() {
        Ok(active) => active.clone(),
        // In a forked child, the thread that holds the lock may not exist.
        Err(TryLockError::WouldBlock) if is_forked() => None,
        Err(_) => sync::read(&ACTIVE).clone(),
    }
}

/// Returns true in a child of the process that has the active registration.
fn is_forked() -> bool {
    Process::from_id(OWNER.load(Ordering::Relaxed)).is_some_and(Process::is_forked)
}

/// Switches the macros off in a forked child, without a lock.
fn switch_off() {
    ENABLED.store(false, Ordering::Relaxed);
    #[cfg(all(unix, feature = "signals"))]
    super::signals::end_at_once();
}

/// Forgets the registration of the parent in a forked child, so that the child can install one.
/// Returns false if that is impossible, because the parent was changing it when it was forked.
pub(super) fn forget_parent() -> bool {
    let owner = Process::from_id(OWNER.load(Ordering::Relaxed));
    if !owner.is_some_and(Process::settle_if_forked) {
        return true;
    }
    let Ok(mut active) = ACTIVE.try_write() else { return false };
    let parent = active.take();
    CHANGES.fetch_add(1, Ordering::Release);
    ENABLED.store(false, Ordering::Relaxed);
    drop(active);
    drop(parent);
    true
}

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
    tracers: Mutex<Option<Tracers>>,
}

/// The parent that a span has under the settings of the registration.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EffectiveParent<'a> {
    /// The parent; an invalid one if the span begins a trace.
    pub(crate) parent: &'a SpanContext,
    /// The remote span that is not the parent because the settings exclude it. The span links to it.
    pub(crate) ignored: Option<&'a SpanContext>,
}

impl EffectiveParent<'_> {
    /// The span begins a trace.
    pub(crate) const NONE: Self = EffectiveParent { parent: &SpanContext::NONE, ignored: None };
}

/// The tracers of an attached provider, one for each instrumented crate.
#[derive(Debug)]
struct Tracers {
    provider: SdkTracerProvider,
    /// By name and version of the crate.
    by_crate: HashMap<(&'static str, Option<&'static str>), SdkTracer>,
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
        let attached = || Tracers { provider: provider.clone(), by_crate: HashMap::new() };
        let tracers = Mutex::new(own.is_none().then(attached));
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
            tracers,
        }
    }

    /// Switches the macros on, sets the global provider if one is given, and sets the global
    /// propagator if the settings ask for it. Returns false, without
    /// any change, if another registration is active.
    pub(super) fn activate(self: &Arc<Self>, global: Option<&SdkTracerProvider>) -> bool {
        let mut active = sync::write(&ACTIVE);
        if active.as_ref().is_some_and(|active| !is_for_tests(active)) {
            return false;
        }
        self.set(&mut active, global);
        true
    }

    /// Makes this the active registration, under the lock.
    fn set(self: &Arc<Self>, active: &mut Option<Arc<Self>>, global: Option<&SdkTracerProvider>) {
        *active = Some(Arc::clone(self));
        OWNER.store(Process::current().id(), Ordering::Relaxed);
        sync::switch_off_by(switch_off);
        CHANGES.fetch_add(1, Ordering::Release);
        if let Some(provider) = global {
            global::set_tracer_provider(provider.clone());
        }
        if let Some(formats) = self.propagation.propagators {
            self.has_set_propagator.store(propagator::set_global(formats), Ordering::Relaxed);
        }
        ENABLED.store(true, Ordering::Relaxed);
    }

    /// Makes this the active registration if there is none.
    #[cfg(feature = "testing")]
    pub(super) fn activate_if_none(self: &Arc<Self>, global: &SdkTracerProvider) {
        let mut active = sync::write(&ACTIVE);
        if active.is_none() {
            self.set(&mut active, Some(global));
        }
    }

    /// Switches the macros off, and resets the global provider and propagator if this registration
    /// had set them. All of it happens under the lock, so that a registration that follows
    /// immediately keeps its own.
    pub(super) fn deactivate(self: &Arc<Self>, is_global: bool) {
        let mut active = sync::write(&ACTIVE);
        if active.as_ref().is_some_and(|active| Arc::ptr_eq(active, self)) {
            if self.has_set_propagator.load(Ordering::Relaxed) {
                propagator::reset_global();
            }
            if !activate_for_tests(&mut active) {
                ENABLED.store(false, Ordering::Relaxed);
                if is_global {
                    global::set_tracer_provider(NoopTracerProvider::new());
                }
                *active = None;
                CHANGES.fetch_add(1, Ordering::Release);
            }
        }
        drop(active);
        let tracers = sync::lock(&self.tracers).take();
        // Dropped after the lock is released: the last handle on a provider shuts it down, which
        // may take time and call code of the application.
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
    #[inline]
    pub(crate) fn deliver(&self, span: Box<SpanRecord>) -> Option<Box<SpanRecord>> {
        let (_, processor) = self.own.as_ref()?;
        #[cfg(feature = "testing")]
        if let Some(recording) = &span.recording {
            recording.add((*span).clone().take_data(), |span| {
                self.stages
                    .apply(std::slice::from_mut(span), &crate::enrich::CountedOnce::default());
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
        let mut tracers = sync::lock(&self.tracers);
        let Some(Tracers { provider, by_crate }) = &mut *tracers else {
            drop(tracers);
            self.report_lost("began");
            return None;
        };
        let make = || provider.tracer_with_scope(instrumentation_scope(site));
        let tracer = by_crate.entry((site.crate_name, site.crate_version)).or_insert_with(make);
        Some(tracer.clone())
    }
}

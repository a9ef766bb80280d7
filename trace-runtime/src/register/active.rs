//! The registration that is active, and the switch that every annotated function reads first.

use super::settings::Sampling;
use crate::delivery::{DeliveryProcessor, Diagnostics, QueuedSpan};
use crate::enrich::Limits;
use crate::span::CallSite;
use crate::span::{SpanRecord, instrumentation_scope};
use opentelemetry::global;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry::trace::noop::NoopTracerProvider;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

static ENABLED: AtomicBool = AtomicBool::new(false);
/// How often the next was set.
static CHANGES: AtomicU64 = AtomicU64::new(0);
static ACTIVE: RwLock<Option<Arc<Active>>> = RwLock::new(None);

/// Whether anything is registered: all that an annotated function costs when nothing is.
#[inline]
pub(crate) fn is_enabled() -> bool {
    ENABLED.load(Ordering::Relaxed)
}

/// The active registration, counted by each thread for itself: threads that share a count slow each
/// other down.
pub(crate) type ActiveHere = Arc<Arc<Active>>;

thread_local! {
    /// What this thread has seen last, and when.
    static SEEN: RefCell<(u64, Option<ActiveHere>)> = const { RefCell::new((0, None)) };
}

/// The active registration.
pub(crate) fn active() -> Option<ActiveHere> {
    let change = CHANGES.load(Ordering::Acquire);
    let seen = SEEN.try_with(|seen| {
        let mut seen = seen.try_borrow_mut().ok()?;
        if seen.0 != change {
            *seen = (change, read().map(Arc::new));
        }
        seen.1.clone()
    });
    // A thread that is ending sees nothing any more.
    seen.unwrap_or_else(|_| read().map(Arc::new))
}

fn read() -> Option<Arc<Active>> {
    ACTIVE.read().unwrap_or_else(PoisonError::into_inner).clone()
}

/// What spans need of a registration.
#[derive(Debug)]
pub(crate) struct Active {
    limits: Limits,
    /// `None` for an attached provider, which has its own.
    own: Option<(Sampling, DeliveryProcessor)>,
    diagnostics: Arc<Diagnostics>,
    closed: AtomicBool,
    /// `None` once it is not active any more: threads that have seen it keep it, and must not keep
    /// the application's provider alive.
    tracers: Mutex<Option<Tracers>>,
}

/// The tracers of an attached provider, by crate.
#[derive(Debug)]
struct Tracers {
    provider: SdkTracerProvider,
    of_crates: HashMap<(&'static str, Option<&'static str>), SdkTracer>,
}

impl Active {
    pub(super) fn new(
        provider: &SdkTracerProvider,
        limits: Limits,
        own: Option<(Sampling, DeliveryProcessor)>,
        diagnostics: Arc<Diagnostics>,
    ) -> Self {
        let attached = || Tracers { provider: provider.clone(), of_crates: HashMap::new() };
        let tracers = Mutex::new(own.is_none().then(attached));
        Active { limits, own, diagnostics, closed: AtomicBool::new(false), tracers }
    }

    /// Switches the macros on, and makes this provider the global one if there is one; `false` if
    /// another registration is active.
    pub(super) fn activate(self: &Arc<Self>, global: Option<&SdkTracerProvider>) -> bool {
        let mut active = ACTIVE.write().unwrap_or_else(PoisonError::into_inner);
        if active.is_some() {
            return false;
        }
        *active = Some(Arc::clone(self));
        CHANGES.fetch_add(1, Ordering::Release);
        if let Some(provider) = global {
            global::set_tracer_provider(provider.clone());
        }
        ENABLED.store(true, Ordering::Relaxed);
        true
    }

    /// Switches the macros off, and takes the global provider back if it was set. Both under one
    /// lock, so that a registration which follows at once keeps its own.
    pub(super) fn deactivate(self: &Arc<Self>, is_global: bool) {
        let mut active = ACTIVE.write().unwrap_or_else(PoisonError::into_inner);
        if active.as_ref().is_some_and(|active| Arc::ptr_eq(active, self)) {
            ENABLED.store(false, Ordering::Relaxed);
            if is_global {
                global::set_tracer_provider(NoopTracerProvider::new());
            }
            *active = None;
            CHANGES.fetch_add(1, Ordering::Release);
        }
        drop(active);
        let tracers = self.tracers.lock().unwrap_or_else(PoisonError::into_inner).take();
        // Behind the lock: the last handle on a provider ends it.
        drop(tracers);
    }

    /// From here on a span that ends is lost, and said to be.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    pub(crate) fn limits(&self) -> Limits {
        self.limits
    }

    /// How spans of our own are sampled; `None` if they are an attached provider's.
    pub(crate) fn sampling(&self) -> Option<Sampling> {
        self.own.as_ref().map(|(sampling, _)| *sampling)
    }

    /// Takes a span of our own that has ended.
    #[inline]
    pub(crate) fn deliver(&self, span: Box<SpanRecord>) {
        if let Some((_, processor)) = &self.own {
            processor.push(QueuedSpan::Own(span));
        }
    }

    /// Whether the sampler could take a span whose parent, if it has one, is sampled or not.
    pub(crate) fn may_sample(&self, parent_is_sampled: Option<bool>) -> bool {
        match (self.sampling(), parent_is_sampled) {
            (None, _) => true,
            (Some(Sampling { parent_based: true, .. }), Some(is_sampled)) => is_sampled,
            (Some(Sampling { ratio, .. }), _) => ratio > 0.0,
        }
    }

    /// Called by every span as it ends: one that ends behind `shutdown` has nowhere to go.
    pub(crate) fn note_end(&self) {
        if self.closed.load(Ordering::Acquire) {
            self.note_lost("ended");
        }
    }

    fn note_lost(&self, what: &str) {
        self.diagnostics.lost("ended after shutdown", "", 1, &|spans| {
            format!(
                "{spans} {what} after the registration was shut down and went nowhere: keep the \
                 `Registration` until all work is done"
            )
        });
    }

    /// The attached provider's tracer whose scope is the crate of the call site. `None` behind
    /// `shutdown`: the span has nowhere to go, and that is said.
    pub(crate) fn tracer(&self, site: &CallSite) -> Option<SdkTracer> {
        let mut tracers = self.tracers.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(Tracers { provider, of_crates }) = &mut *tracers else {
            drop(tracers);
            self.note_lost("began");
            return None;
        };
        let make = || provider.tracer_with_scope(instrumentation_scope(site));
        let tracer = of_crates.entry((site.crate_name, site.crate_version)).or_insert_with(make);
        Some(tracer.clone())
    }
}

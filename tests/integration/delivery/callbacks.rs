//! Calls from diagnostic callbacks and exporters back into the registration. They may end spans,
//! panic and drop the registration; `flush` and `shutdown` return an error in place of a deadlock.

use integration_tests::{Program, Receiver, Reply};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use trace_runtime::opentelemetry::global::{BoxedSpan, tracer};
use trace_runtime::opentelemetry::trace::Tracer;
use trace_runtime::opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use trace_runtime::opentelemetry_sdk::trace::{SpanData, SpanExporter};
use trace_runtime::{Builder, FlushError, RegisterError, Registration, chain, register};

#[chain]
fn work(_n: u32) {}

/// A registration that its own callbacks can reach.
type SharedRegistration = Arc<OnceLock<Registration>>;

/// Returns a receiver that refuses the first requests, and a builder that sends one span per
/// request.
fn refusing(first: usize) -> (Receiver, Builder) {
    let receiver = Receiver::http_answering(move |n, _| {
        if n < first { Reply::status(400, "no") } else { Reply::default() }
    });
    let builder = register().verbose(false).batch(false).endpoint(receiver.endpoint());
    (receiver, builder)
}

/// Asserts that the error is the one for re-entrant calls; returns its counts.
fn reentrancy_counts(error: FlushError) -> (u64, u64, u64) {
    assert!(error.cause.ends_with("call it from another thread"), "{error}");
    (error.delivered, error.pending, error.lost)
}

#[test]
fn callback_calling_flush_or_shutdown_gets_an_error() {
    let _lock = Program::lock();
    let reachable = SharedRegistration::default();
    let (receiver, builder) = refusing(2);
    let results = Arc::new(Mutex::new(Vec::new()));
    let (within, sink) = (Arc::clone(&reachable), Arc::clone(&results));
    let builder = builder.on_diagnostic(move |diagnostic| {
        let registration = within.get().unwrap();
        let flushed = registration.flush().unwrap_err();
        let ended = registration.shutdown().unwrap_err();
        sink.lock().unwrap().push((thread::current().id(), diagnostic.spans, flushed, ended));
    });
    let registration = reachable.get_or_init(|| builder.install().unwrap());
    (0..3).for_each(work);
    let error = registration.shutdown().unwrap_err();
    assert_eq!((error.delivered, error.pending, error.lost), (1, 0, 2));
    assert_eq!(registration.shutdown().unwrap_err(), error, "the callback shut it down");
    assert_eq!(receiver.spans().len(), 3);
    // The sending thread reports the first refusal, this thread reports the second in `shutdown`.
    let results = std::mem::take(&mut *results.lock().unwrap());
    let [(sending, 1, flushed, ended), (ending, 1, flushed_late, ended_late)] =
        <[_; 2]>::try_from(results).unwrap()
    else {
        panic!("one span each");
    };
    assert_eq!((sending == ending, ending == thread::current().id()), (false, true));
    for error in [flushed, ended] {
        let (delivered, pending, lost) = reentrancy_counts(error);
        assert_eq!((delivered, lost), (0, 1));
        assert!(pending <= 2, "{pending}");
    }
    assert_eq!(reentrancy_counts(flushed_late), (1, 0, 2));
    assert_eq!(reentrancy_counts(ended_late), (1, 0, 2));
    let next = register().verbose(false).endpoint(receiver.endpoint()).install();
    assert!(next.is_ok(), "the registration is still installed");
}

#[test]
fn callback_dropping_the_registration_ends_delivery_cleanly() {
    let _lock = Program::lock();
    let owner = Arc::new(Mutex::new(None));
    let (receiver, builder) = refusing(1);
    let owned = Arc::clone(&owner);
    let builder = builder.on_diagnostic(move |_| drop(owned.lock().unwrap().take()));
    {
        // The callback blocks on this lock until all spans have ended.
        let mut owner = owner.lock().unwrap();
        *owner = Some(builder.install().unwrap());
        (0..3).for_each(work);
    }
    let mut next = register().endpoint(receiver.endpoint()).verbose(false).install();
    while let Err(RegisterError::AlreadyInstalled) = next {
        thread::yield_now();
        next = register().endpoint(receiver.endpoint()).verbose(false).install();
    }
    let next = next.unwrap();
    while receiver.received().len() < 3 {
        thread::yield_now();
    }
    next.shutdown().unwrap();
    assert_eq!((receiver.ids().len(), receiver.received().len()), (3, 3), "sent more than once");
}

#[test]
fn callback_ending_a_span_delivers_it() {
    let _lock = Program::lock();
    let held = Arc::new(Mutex::new(None::<BoxedSpan>));
    let (receiver, builder) = refusing(1);
    let ends = Arc::clone(&held);
    let registration = builder
        .on_diagnostic(move |_| {
            // Traced functions record nothing on the delivery's own threads, so `work` leaves no
            // span; a span that began elsewhere may still end here.
            work(9);
            drop(ends.lock().unwrap().take());
        })
        .install()
        .unwrap();
    *held.lock().unwrap() = Some(tracer("held").start("held"));
    work(1);
    while registration.stats()[0].delivered < 1 {
        thread::yield_now();
    }
    let error = registration.shutdown().unwrap_err();
    assert_eq!((error.delivered, error.pending, error.lost), (1, 0, 1));
    let names: Vec<_> = receiver.spans().into_iter().map(|span| span.name).collect();
    assert_eq!(names, ["work", "held"]);
}

#[test]
fn panicking_callback_does_not_stop_delivery() {
    let _lock = Program::lock();
    let (receiver, builder) = refusing(2);
    let builder = builder.on_diagnostic(|_| panic!("in the callback"));
    let registration = builder.install().unwrap();
    (0..3).for_each(work);
    let error = registration.flush().unwrap_err();
    assert_eq!((error.delivered, error.pending, error.lost), (1, 0, 2), "after flush");
    let error = registration.shutdown().unwrap_err();
    assert_eq!((error.delivered, error.pending, error.lost), (1, 0, 2), "after shutdown");
    assert_eq!(receiver.spans().len(), 3);
}

/// An exporter that flushes and shuts down its own registration.
#[derive(Debug)]
struct Flushing(SharedRegistration);

impl SpanExporter for Flushing {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        while self.0.get().is_none() {
            thread::yield_now();
        }
        let registration = self.0.get().unwrap();
        reentrancy_counts(registration.shutdown().unwrap_err());
        let error = registration.flush().unwrap_err();
        Err(OTelSdkError::InternalFailure(error.cause))
    }
}

#[test]
fn exporter_calling_flush_gets_an_error() {
    let _lock = Program::lock();
    let reachable = SharedRegistration::default();
    let exporter = Flushing(Arc::clone(&reachable));
    let builder = register().verbose(false).exporter(exporter).on_diagnostic(|_| {});
    let registration = reachable.get_or_init(|| builder.install().unwrap());
    work(1);
    let error = registration.flush().unwrap_err();
    assert_eq!((error.delivered, error.pending, error.lost), (0, 0, 1));
    assert!(error.cause.contains("call it from another thread"), "{error}");
    registration.shutdown().unwrap_err();
}

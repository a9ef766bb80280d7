//! What a program may do where the export calls it, and that none of it stops the export.

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

/// A registration that what it calls can reach.
type Reachable = Arc<OnceLock<Registration>>;

/// Refuses the first requests, each of one span.
fn refusing(first: usize) -> (Receiver, Builder) {
    let receiver = Receiver::http_answering(move |n, _| {
        if n < first { Reply::status(400, "no") } else { Reply::default() }
    });
    let builder = register().verbose(false).batch(false).endpoint(receiver.endpoint());
    (receiver, builder)
}

fn refusal(error: FlushError) -> (u64, u64, u64) {
    assert!(error.cause.ends_with("call it from another thread"), "{error}");
    (error.delivered, error.pending, error.lost)
}

#[test]
fn a_callback_that_flushes_or_shuts_down_is_told_that_it_cannot() {
    let _turn = Program::turn();
    let reachable = Reachable::default();
    let (receiver, builder) = refusing(2);
    let heard = Arc::new(Mutex::new(Vec::new()));
    let (within, hears) = (Arc::clone(&reachable), Arc::clone(&heard));
    let builder = builder.on_diagnostic(move |diagnostic| {
        let registration = within.get().unwrap();
        let flushed = registration.flush().unwrap_err();
        let ended = registration.shutdown().unwrap_err();
        hears.lock().unwrap().push((thread::current().id(), diagnostic.spans, flushed, ended));
    });
    let registration = reachable.get_or_init(|| builder.install().unwrap());
    (0..3).for_each(work);
    let error = registration.shutdown().unwrap_err();
    assert_eq!((error.delivered, error.pending, error.lost), (1, 0, 2));
    assert_eq!(registration.shutdown().unwrap_err(), error, "it was the first");
    assert_eq!(receiver.spans().len(), 3);
    // The first refusal is said by the thread that sends, the second one by this, at the end.
    let heard = std::mem::take(&mut *heard.lock().unwrap());
    let [(sending, 1, flushed, ended), (ending, 1, flushed_late, ended_late)] =
        <[_; 2]>::try_from(heard).unwrap()
    else {
        panic!("one span each");
    };
    assert_eq!((sending == ending, ending == thread::current().id()), (false, true));
    for error in [flushed, ended] {
        let (delivered, pending, lost) = refusal(error);
        assert_eq!((delivered, lost), (0, 1));
        assert!(pending <= 2, "{pending}");
    }
    assert_eq!(refusal(flushed_late), (1, 0, 2));
    assert_eq!(refusal(ended_late), (1, 0, 2));
    let next = register().verbose(false).endpoint(receiver.endpoint()).install();
    assert!(next.is_ok(), "it has ended");
}

#[test]
fn a_callback_may_drop_the_registration() {
    let _turn = Program::turn();
    let owner = Arc::new(Mutex::new(None));
    let (receiver, builder) = refusing(1);
    let owned = Arc::clone(&owner);
    let builder = builder.on_diagnostic(move |_| drop(owned.lock().unwrap().take()));
    {
        // The callback waits here until everything has ended.
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
    assert_eq!((receiver.ids().len(), receiver.received().len()), (3, 3), "each was sent once");
}

#[test]
fn a_callback_may_end_spans() {
    let _turn = Program::turn();
    let held = Arc::new(Mutex::new(None::<BoxedSpan>));
    let (receiver, builder) = refusing(1);
    let ends = Arc::clone(&held);
    let registration = builder
        .on_diagnostic(move |_| {
            // Nothing begins on the export's own threads.
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
fn a_callback_that_panics_stays_alone() {
    let _turn = Program::turn();
    let (receiver, builder) = refusing(2);
    let builder = builder.on_diagnostic(|_| panic!("in the callback"));
    let registration = builder.install().unwrap();
    (0..3).for_each(work);
    let error = registration.flush().unwrap_err();
    assert_eq!((error.delivered, error.pending, error.lost), (1, 0, 2), "the threads live");
    let error = registration.shutdown().unwrap_err();
    assert_eq!((error.delivered, error.pending, error.lost), (1, 0, 2), "also at the end");
    assert_eq!(receiver.spans().len(), 3);
}

/// Flushes what it is a part of.
#[derive(Debug)]
struct Flushing(Reachable);

impl SpanExporter for Flushing {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        while self.0.get().is_none() {
            thread::yield_now();
        }
        let registration = self.0.get().unwrap();
        refusal(registration.shutdown().unwrap_err());
        let error = registration.flush().unwrap_err();
        Err(OTelSdkError::InternalFailure(error.cause))
    }
}

#[test]
fn an_exporter_that_flushes_is_told_that_it_cannot() {
    let _turn = Program::turn();
    let reachable = Reachable::default();
    let exporter = Flushing(Arc::clone(&reachable));
    let builder = register().verbose(false).exporter(exporter).on_diagnostic(|_| {});
    let registration = reachable.get_or_init(|| builder.install().unwrap());
    work(1);
    let error = registration.flush().unwrap_err();
    assert_eq!((error.delivered, error.pending, error.lost), (0, 0, 1));
    assert!(error.cause.contains("call it from another thread"), "{error}");
    registration.shutdown().unwrap_err();
}

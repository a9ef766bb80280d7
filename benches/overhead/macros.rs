//! The macros of this project: not registered, not sampled, recorded, and recorded in durable mode.

use crate::call::{answer, drive, yield_now};
use crate::contender::Pipeline;
use benches::{NoOp, Receiver, processor_time};
use std::path::PathBuf;
use std::time::Duration;
use trace_runtime::mask::Mask;
use trace_runtime::{Registration, chain, register};

/// The traced sync call. `depth` is not part of the recorded input, as for the other contenders.
#[chain(skip(depth))]
pub(crate) fn step(question: &'static str, depth: u32) -> &'static str {
    if depth > 1 { step(question, depth - 1) } else { answer(question) }
}

/// The traced async call.
#[chain(skip(depth))]
pub(crate) async fn step_async(question: &'static str, depth: u32) -> &'static str {
    for _ in 0..3 {
        yield_now().await;
    }
    if depth > 1 { Box::pin(step_async(question, depth - 1)).await } else { answer(question) }
}

/// Polls the traced async call to completion.
pub(crate) fn call_async(question: &'static str, depth: u32) -> &'static str {
    drive(step_async(question, depth))
}

/// A traced call with a text of any length, which it returns.
#[chain]
pub(crate) fn repeat(text: &str) -> String {
    text.to_owned()
}

/// A registration and the folder of its spool, which is deleted on drop.
struct Registered {
    registration: Registration,
    spool: Option<PathBuf>,
}

impl Pipeline for Registered {
    fn flush(&self) {
        // Spans that could not be delivered are missing in `arrived`, so the error adds nothing.
        let _ = self.registration.flush();
    }

    fn arrived(&self) -> u64 {
        self.registration.stats().iter().map(|stats| stats.delivered).sum()
    }

    fn processor_time(&self) -> Duration {
        processor_time(&["trace-runtime"])
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        let _ = self.registration.shutdown();
        if let Some(spool) = &self.spool {
            let _ = std::fs::remove_dir_all(spool);
        }
    }
}

/// Boxes a registration as a pipeline.
fn registered(registration: Registration, spool: Option<PathBuf>) -> Box<dyn Pipeline> {
    Box::new(Registered { registration, spool })
}

/// Installs a registration that records every span.
pub(crate) fn recorded() -> Box<dyn Pipeline> {
    let registration = register().verbose(false).exporter(NoOp::default()).install();
    registered(registration.expect("nothing else is registered"), None)
}

/// Installs a registration that samples no trace.
pub(crate) fn unsampled() -> Box<dyn Pipeline> {
    let builder = register().verbose(false).exporter(NoOp::default()).sample_ratio(0.0);
    registered(builder.install().expect("nothing else is registered"), None)
}

/// Installs a durable registration, which writes every span to disk and then sends it to a receiver
/// on the loopback interface.
pub(crate) fn durable() -> Box<dyn Pipeline> {
    let spool = std::env::temp_dir().join(format!("trace-runtime-bench-{}", std::process::id()));
    let builder = register().verbose(false).endpoint(Receiver::start().endpoint());
    let installed = builder.spool(&spool).durable(true).install();
    registered(installed.expect("nothing else is registered"), Some(spool))
}

/// Installs a registration that sends every span to a receiver on the loopback interface, with or
/// without the search for secrets.
pub(crate) fn sending(scrubs: bool) -> Box<dyn Pipeline> {
    let builder = register().verbose(false).endpoint(Receiver::start().endpoint());
    let installed = builder.mask(Mask::new().scrub_secrets(scrubs)).install();
    registered(installed.expect("nothing else is registered"), None)
}

//! Who is measured.

use crate::{fastrace_stack, ours, plain, sdk, tracing_stack};
use std::time::Duration;

/// One way to trace the call, or not to.
#[derive(Clone, Copy)]
pub(crate) struct Contender {
    /// How it is known in the ratios.
    pub(crate) name: &'static str,
    /// How it is called in tables.
    pub(crate) title: &'static str,
    /// Starts what it needs; what is returned ends it when dropped.
    pub(crate) install: fn() -> Option<Box<dyn Pipeline>>,
    pub(crate) sync: Call,
    pub(crate) asynchronous: Call,
}

/// Calls the function once, `depth` deep.
pub(crate) type Call = fn(question: &'static str, depth: u32) -> &'static str;

/// What is behind the spans of a contender.
pub(crate) trait Pipeline {
    /// Waits until everything that ended is exported.
    fn flush(&self);

    /// How many spans have been exported so far.
    fn arrived(&self) -> u64;

    /// The processor time of its threads so far.
    fn processor_time(&self) -> Duration;
}

/// Everybody, in the order of the tables.
pub(crate) const ALL: [Contender; 9] = [
    Contender {
        name: "plain",
        title: "plain function",
        install: || None,
        sync: plain::step,
        asynchronous: plain::call_async,
    },
    Contender {
        name: "off",
        title: "trace-runtime, nothing registered",
        install: || None,
        sync: ours::step,
        asynchronous: ours::call_async,
    },
    Contender {
        name: "unsampled",
        title: "trace-runtime, not sampled",
        install: || Some(ours::unsampled()),
        sync: ours::step,
        asynchronous: ours::call_async,
    },
    Contender {
        name: "recorded",
        title: "trace-runtime, recorded",
        install: || Some(ours::recorded()),
        sync: ours::step,
        asynchronous: ours::call_async,
    },
    Contender {
        name: "durable",
        title: "trace-runtime, recorded in durable mode",
        install: || Some(ours::durable()),
        sync: ours::step,
        asynchronous: ours::call_async,
    },
    Contender {
        name: "sdk",
        title: "OpenTelemetry SDK by hand",
        install: || Some(sdk::sampled()),
        sync: sdk::step,
        asynchronous: sdk::call_async,
    },
    Contender {
        name: "sdk_unsampled",
        title: "OpenTelemetry SDK by hand, not sampled",
        install: || Some(sdk::unsampled()),
        sync: sdk::step_unsampled,
        asynchronous: sdk::call_async_unsampled,
    },
    Contender {
        name: "tracing",
        title: "`#[tracing::instrument]` and tracing-opentelemetry",
        install: || Some(tracing_stack::installed()),
        sync: tracing_stack::step,
        asynchronous: tracing_stack::call_async,
    },
    Contender {
        name: "fastrace",
        title: "fastrace and fastrace-opentelemetry",
        install: || Some(fastrace_stack::reporting()),
        sync: fastrace_stack::step,
        asynchronous: fastrace_stack::call_async,
    },
];

impl Contender {
    /// Whether its spans are to arrive.
    pub(crate) fn records(&self) -> bool {
        !matches!(self.name, "plain" | "off" | "unsampled" | "sdk_unsampled")
    }
}

//! The list of measured contenders.

use crate::{fastrace_stack, floor, macros, plain, sdk, tracing_stack};
use std::time::Duration;

/// One way to trace the call; `plain` does not trace it at all.
#[derive(Clone, Copy)]
pub(crate) struct Contender {
    /// The key in the ratios.
    pub(crate) name: &'static str,
    /// The title in tables.
    pub(crate) title: &'static str,
    /// Starts the pipeline, which ends when the returned value is dropped.
    pub(crate) install: fn() -> Option<Box<dyn Pipeline>>,
    /// Calls the sync function.
    pub(crate) sync: Call,
    /// Calls the async function and polls it to completion.
    pub(crate) asynchronous: Call,
}

/// Calls the function once, `depth` deep.
pub(crate) type Call = fn(question: &'static str, depth: u32) -> &'static str;

/// The export pipeline of a contender.
pub(crate) trait Pipeline {
    /// Waits until all ended spans are exported.
    fn flush(&self);

    /// Returns the number of spans exported so far.
    fn arrived(&self) -> u64;

    /// Returns the processor time of its threads so far.
    fn processor_time(&self) -> Duration;
}

/// All contenders, in the order of the tables.
pub(crate) const ALL: [Contender; 10] = [
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
        sync: macros::step,
        asynchronous: macros::call_async,
    },
    Contender {
        name: "unsampled",
        title: "trace-runtime, not sampled",
        install: || Some(macros::unsampled()),
        sync: macros::step,
        asynchronous: macros::call_async,
    },
    Contender {
        name: "recorded",
        title: "trace-runtime, recorded",
        install: || Some(macros::recorded()),
        sync: macros::step,
        asynchronous: macros::call_async,
    },
    Contender {
        name: "durable",
        title: "trace-runtime, recorded in durable mode",
        install: || Some(macros::durable()),
        sync: macros::step,
        asynchronous: macros::call_async,
    },
    Contender {
        name: "floor",
        title: "the floor: a live span and two texts, without everything else",
        install: || Some(floor::counting()),
        sync: floor::step,
        asynchronous: floor::call_async,
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
    /// Returns true if its spans reach the exporter.
    pub(crate) fn records(&self) -> bool {
        !matches!(self.name, "plain" | "off" | "unsampled" | "sdk_unsampled")
    }
}

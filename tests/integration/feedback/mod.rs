//! Feedback: annotations of spans, traces and sessions, through outages, restarts and refusals.

mod backends;
mod evaluators;
mod faults;
mod outages;
mod stranded;
mod targets;

use integration_tests::delivery::install_with;
use integration_tests::{Phoenix, Receiver};
use std::sync::{Arc, Mutex};
use trace_runtime::delivery::FeedbackStats;
use trace_runtime::feedback::{Annotation, SpanRef};
use trace_runtime::{Builder, Registration, chain, current_span};

/// A key that no message of these tests may contain.
const SECRET: &str = "s3cr3t-value";

#[chain]
fn answer() -> SpanRef {
    current_span().id()
}

fn thumbs_up() -> Annotation {
    Annotation::new("user_feedback").score(1.0).label("good").explanation("short").human()
}

/// Installs a registration for a Phoenix, whose messages are kept.
fn install(
    endpoint: &str,
    configure: impl FnOnce(Builder) -> Builder,
) -> (Registration, Arc<Mutex<Vec<String>>>) {
    install_with(|builder| configure(builder.endpoint(endpoint)))
}

/// Returns the counts, and checks that they add up.
fn stats(registration: &Registration) -> FeedbackStats {
    let stats = registration.stats().remove(0).feedback;
    assert_eq!(stats.given, stats.delivered + stats.pending + stats.on_disk + stats.lost);
    stats
}

/// Starts a Phoenix that knows no span.
fn phoenix() -> (Phoenix, Receiver) {
    let phoenix = Phoenix::default();
    let receiver = phoenix.serve();
    (phoenix, receiver)
}

//! Runs a program with a real client against the stub service and compares its spans: as an OTLP
//! receiver decodes them and, if `READ_BACK_FROM` is the base URL of a Phoenix, as Phoenix returns
//! them over REST.

#![allow(clippy::missing_panics_doc, reason = "a helper that panics fails its test")]

mod adapter;
mod billing;
mod phoenix;
mod received;
mod span;

pub use adapter::{Call, RAW, Raw, Received};
pub use billing::Billing;

use examples::stub;
use integration_tests::{Program, Receiver, block_on};
use serde_json::Value;
use span::Span;
use std::env;
use tracing_subscriber::layer::SubscriberExt;

/// The spans of one program run, in the order of their start times.
pub struct TracedSpans {
    received: Vec<Span>,
    /// These spans as read back from Phoenix, if one is configured.
    shown: Option<Vec<Span>>,
}

/// Runs `program` with the base URL of the stub, while a registration and the `tracing` layer are
/// installed.
pub fn run_traced(program: impl AsyncFnOnce(&str) -> anyhow::Result<()>) -> TracedSpans {
    let collector = Receiver::http();
    let phoenix = env::var("READ_BACK_FROM").ok();
    let running = Program::start_with(|builder| {
        let builder = builder.project_name(phoenix::PROJECT).endpoint(collector.endpoint());
        match &phoenix {
            Some(phoenix) => builder.backend(trace_runtime::Backend::otlp(phoenix.as_str())),
            None => builder,
        }
    });
    let layer = running.registration.tracing_layer();
    let _default = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
    block_on(async {
        let base = stub::start().await.expect("the stub listens");
        program(&base).await.expect("the program works");
    });
    running.registration.flush().expect("every backend accepts everything");
    let received = received::spans(&collector);
    let shown = phoenix.map(|phoenix| block_on(phoenix::read_back(&phoenix, &received)));
    TracedSpans { received, shown }
}

impl TracedSpans {
    /// Asserts that the spans form this tree: one line per span with its name and kind, indented
    /// below its parent.
    #[track_caller]
    pub fn assert_tree(&self, expected: &str) {
        for (place, spans) in self.places() {
            let mut tree = String::new();
            write(&mut tree, spans, 0, None);
            assert_eq!(tree, expected, "{place}");
        }
    }

    /// Asserts that the spans with this name have these attributes, in the order of their start
    /// times. Attributes that hold JSON text are compared as JSON; a missing attribute is null.
    #[track_caller]
    pub fn assert_attributes(&self, name: &str, expected: &[Value]) {
        for (place, spans) in self.places() {
            let spans: Vec<_> = spans.iter().filter(|span| span.name == name).collect();
            assert_eq!(spans.len(), expected.len(), "{place}: spans named {name}");
            for (span, expected) in spans.into_iter().zip(expected) {
                let keys = expected.as_object().expect("an object of attributes").keys();
                let found = keys.map(|key| (key.clone(), span.attribute(key)));
                let found: Value = found.collect::<serde_json::Map<_, _>>().into();
                assert!(
                    found == *expected,
                    "{place}: {name}\nfound {found:#}\nexpected {expected:#}\n{span:#?}"
                );
            }
        }
    }

    fn places(&self) -> impl Iterator<Item = (&str, &[Span])> {
        let shown = self.shown.iter().map(|spans| ("as Phoenix shows it", spans.as_slice()));
        std::iter::once(("as received", self.received.as_slice())).chain(shown)
    }
}

fn write(tree: &mut String, spans: &[Span], depth: usize, parent: Option<&str>) {
    for span in spans.iter().filter(|span| span.parent.as_deref() == parent) {
        let kind = span.attribute("openinference.span.kind");
        let kind = kind.as_str().unwrap_or("?");
        *tree += &format!("{}{} [{kind}]\n", "  ".repeat(depth), span.name);
        write(tree, spans, depth + 1, Some(&span.id));
    }
}

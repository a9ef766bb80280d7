//! Runs a program with a real client against the stub service, and looks at the spans it leaves: as
//! they reach a receiver of OTLP, and as Phoenix shows them if `READ_BACK_FROM` is the address of one.

#![allow(clippy::missing_panics_doc, reason = "a helper that panics fails its test")]

mod phoenix;
mod received;
mod span;

use examples::stub;
use integration_tests::{Program, Receiver, block_on};
use serde_json::Value;
use span::Span;
use std::env;
use tracing_subscriber::layer::SubscriberExt;

/// The spans that a program left, in the order they began.
pub struct Seen {
    received: Vec<Span>,
    /// The same, if there is a Phoenix to ask.
    shown: Option<Vec<Span>>,
}

/// Runs a program that is given the base URL of the stub, traced, with the layer for `tracing`.
pub fn seen(program: impl AsyncFnOnce(&str) -> anyhow::Result<()>) -> Seen {
    let collector = Receiver::http();
    let phoenix = env::var("READ_BACK_FROM").ok();
    let running = Program::start_with(|builder| {
        let builder = builder.project_name(phoenix::PROJECT).endpoint(collector.endpoint());
        match &phoenix {
            Some(phoenix) => builder.also(trace_runtime::register().endpoint(phoenix.as_str())),
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
    Seen { received, shown }
}

impl Seen {
    /// Whether the spans are these: a line for each, indented below its parent, with name and kind.
    #[track_caller]
    pub fn assert_tree(&self, expected: &str) {
        for (place, spans) in self.places() {
            let mut tree = String::new();
            write(&mut tree, spans, 0, None);
            assert_eq!(tree, expected, "{place}");
        }
    }

    /// Whether the spans with this name say all of this, in the order they began. JSON text counts
    /// as what it says.
    #[track_caller]
    pub fn assert_says(&self, name: &str, expected: &[Value]) {
        for (place, spans) in self.places() {
            let spans: Vec<_> = spans.iter().filter(|span| span.name == name).collect();
            assert_eq!(spans.len(), expected.len(), "{place}: spans named {name}");
            for (span, expected) in spans.into_iter().zip(expected) {
                let keys = expected.as_object().expect("an object of attributes").keys();
                let said = keys.map(|key| (key.clone(), span.says(key)));
                let said: Value = said.collect::<serde_json::Map<_, _>>().into();
                assert!(
                    said == *expected,
                    "{place}: {name}\nsays {said:#}\nexpected {expected:#}\n{span:#?}"
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
        let kind = span.says("openinference.span.kind");
        let kind = kind.as_str().unwrap_or("?");
        *tree += &format!("{}{} [{kind}]\n", "  ".repeat(depth), span.name);
        write(tree, spans, depth + 1, Some(&span.id));
    }
}

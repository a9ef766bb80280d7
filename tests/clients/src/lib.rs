//! Runs a program with a real client against the stub service, and keeps what reached the receiver.

#![allow(clippy::missing_panics_doc, reason = "a helper that panics fails its test")]

use examples::stub;
use integration_tests::{Program, Receiver, block_on};
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::trace::v1::Span;
use serde_json::Value;
use tracing_subscriber::layer::SubscriberExt;

/// The spans that reached the receiver, in the order they began.
pub struct Seen(Vec<Span>);

/// Runs a program that is given the base URL of the stub, traced, with the layer for `tracing`.
pub fn seen(program: impl AsyncFnOnce(&str) -> anyhow::Result<()>) -> Seen {
    let receiver = Receiver::http();
    let running = Program::start_with(|builder| builder.endpoint(receiver.endpoint()));
    let layer = running.registration.tracing_layer();
    let _default = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
    block_on(async {
        let base = stub::start().await.expect("the stub listens");
        program(&base).await.expect("the program works");
    });
    running.registration.flush().expect("the receiver accepts everything");
    let mut spans = receiver.spans();
    spans.sort_by_key(|span| span.start_time_unix_nano);
    Seen(spans)
}

impl Seen {
    /// A line for each span, indented below its parent: name and kind.
    #[must_use]
    pub fn tree(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, 0, &[]);
        text
    }

    fn write(&self, text: &mut String, depth: usize, parent: &[u8]) {
        for span in self.0.iter().filter(|span| span.parent_span_id == parent) {
            let kind = says(span, "openinference.span.kind");
            let kind = kind.as_str().unwrap_or("?");
            *text += &format!("{}{} [{kind}]\n", "  ".repeat(depth), span.name);
            self.write(text, depth + 1, &span.span_id);
        }
    }

    /// Whether the spans with this name say all of this, in the order they began. JSON text counts
    /// as what it says.
    #[track_caller]
    pub fn assert_says(&self, name: &str, expected: &[Value]) {
        let spans: Vec<_> = self.0.iter().filter(|span| span.name == name).collect();
        assert_eq!(spans.len(), expected.len(), "spans named {name}");
        for (span, expected) in spans.into_iter().zip(expected) {
            let keys = expected.as_object().expect("an object of attributes").keys();
            let found: Value = keys
                .map(|key| (key.clone(), says(span, key)))
                .collect::<serde_json::Map<_, _>>()
                .into();
            assert!(
                found == *expected,
                "{name}\nfound {found:#}\nexpected {expected:#}\n{span:#?}"
            );
        }
    }
}

/// An attribute, null if it is not there.
fn says(span: &Span, key: &str) -> Value {
    let mut found = span.attributes.iter().filter(|attribute| attribute.key == key);
    let value = found.next().and_then(|attribute| attribute.value.clone()?.value);
    assert!(found.next().is_none(), "{key} is set twice");
    match value {
        None => Value::Null,
        Some(Any::BoolValue(value)) => value.into(),
        Some(Any::IntValue(value)) => value.into(),
        Some(Any::DoubleValue(value)) => value.into(),
        Some(Any::StringValue(text)) if text.starts_with(['{', '[']) => {
            serde_json::from_str(&text).unwrap_or_else(|_| text.into())
        }
        Some(Any::StringValue(text)) => text.into(),
        Some(other) => format!("{other:?}").into(),
    }
}

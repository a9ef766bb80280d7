//! The shapes of functions. `expand` has a template for each.

mod polled;

pub(crate) use polled::{Boxing, PolledKind, PolledType};

use syn::{ReturnType, Signature};

/// The way a function runs, which decides how long its span lasts.
#[derive(Debug)]
pub(crate) enum Shape {
    /// `fn f() -> u8`. The span lasts for one call of a closure.
    Sync,
    /// `async fn f() -> u8`. The span lasts until the future has completed.
    Async,
    /// `fn f() -> impl Future<Output = u8>`, or a stream. The span begins when the returned value
    /// is first polled, which is after the function has returned, and lasts until the value has
    /// completed.
    ReturnsPolled(PolledType),
    /// `async fn f() -> impl Stream<Item = u8>`, or a future. The span begins with the function and
    /// lasts until the returned value has completed.
    AsyncReturnsPolled(PolledType),
}

impl Shape {
    pub(crate) fn from_signature(signature: &Signature) -> Shape {
        let polled = match &signature.output {
            ReturnType::Default => None,
            ReturnType::Type(_, declared) => PolledType::from_type(declared),
        };
        match (signature.asyncness.is_some(), polled) {
            (false, None) => Shape::Sync,
            (false, Some(polled)) => Shape::ReturnsPolled(polled),
            (true, None) => Shape::Async,
            (true, Some(polled)) => Shape::AsyncReturnsPolled(polled),
        }
    }

    pub(crate) fn returns_stream(&self) -> bool {
        match self {
            Shape::ReturnsPolled(polled) | Shape::AsyncReturnsPolled(polled) => {
                polled.kind == PolledKind::Stream
            }
            Shape::Sync | Shape::Async => false,
        }
    }
}

//! The shapes of functions. `expand` has a template for each.

mod polled;

pub(crate) use polled::{Boxing, PolledKind, PolledType};

use polled::unwrap_groups;
use syn::{ReturnType, Signature, Type, TypeParamBound};

/// The way a function runs, which decides how long its span lasts.
#[derive(Debug)]
pub(crate) enum Shape {
    /// `fn f() -> u8`. The span lasts for one call of a closure.
    Sync,
    /// `fn f() -> impl Fn(&str) -> &str`. The span lasts until a guard is dropped.
    SyncInPlace,
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

/// Returns true for `impl Fn(..)`, `impl FnMut(..)` and `impl FnOnce(..)`.
fn returns_closure(output: &ReturnType) -> bool {
    let ReturnType::Type(_, declared) = output else { return false };
    let Type::ImplTrait(opaque) = unwrap_groups(declared) else { return false };
    opaque.bounds.iter().any(|bound| match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last().is_some_and(|segment| {
            ["Fn", "FnMut", "FnOnce"].iter().any(|name| segment.ident == name)
        }),
        _ => false,
    })
}

impl Shape {
    pub(crate) fn from_signature(signature: &Signature) -> Shape {
        let polled = match &signature.output {
            ReturnType::Default => None,
            ReturnType::Type(_, declared) => PolledType::from_type(declared),
        };
        match (signature.asyncness.is_some(), polled) {
            (false, None) if returns_closure(&signature.output) => Shape::SyncInPlace,
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
            Shape::Sync | Shape::SyncInPlace | Shape::Async => false,
        }
    }
}

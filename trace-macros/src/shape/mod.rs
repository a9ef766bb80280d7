//! The shapes of functions. `expand` has a template for each.

mod polled;

pub(crate) use polled::{Boxing, PolledKind, PolledType};

use crate::awaits::may_await;
use crate::function::Function;
use polled::unwrap_groups;
use syn::{ReturnType, Type, TypeParamBound};

/// The way a function runs, which decides how long its span lasts.
#[derive(Debug)]
pub(crate) enum Shape {
    /// `fn f() -> u8`, or an `async fn` whose body awaits nothing. The span lasts for one call of
    /// a closure.
    Sync,
    /// `fn f() -> impl Fn(&str) -> &str`, or such an `async fn`. The span lasts until a guard is
    /// dropped.
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
    pub(crate) fn from_function(Function { signature, body, .. }: &Function) -> Shape {
        let polled = match &signature.output {
            ReturnType::Default => None,
            ReturnType::Type(_, declared) => PolledType::from_type(declared),
        };
        let is_async = signature.asyncness.is_some();
        match polled {
            Some(polled) if is_async => Shape::AsyncReturnsPolled(polled),
            Some(polled) => Shape::ReturnsPolled(polled),
            None if is_async && may_await(body.stream()) => Shape::Async,
            None if returns_closure(&signature.output) => Shape::SyncInPlace,
            None => Shape::Sync,
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

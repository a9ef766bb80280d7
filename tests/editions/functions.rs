//! Functions whose meaning depends on the edition: elided lifetimes, captures, `async`. Both
//! packages, `edition-2018` and `edition-2021`, compile this file; their `lib.rs` is a link to it.
#![deny(warnings, missing_docs)]

use futures_util::Stream;
use std::future::Future;
use std::pin::Pin;
use trace_runtime::{chain, llm};

/// Returns an iterator that borrows from one of two arguments.
#[chain]
pub fn borrowed<'a>(text: &'a str, _other: &str) -> impl Iterator<Item = char> + 'a {
    text.chars()
}

/// Returns a future that borrows its argument.
#[llm]
pub fn future<'a>(text: &'a str) -> impl Future<Output = usize> + 'a {
    async move { text.len() }
}

/// Borrows across an `await`, one argument mutably.
#[llm]
pub async fn asynchronous(text: &str, n: &mut usize) -> Result<usize, std::num::ParseIntError> {
    *n += text.parse::<usize>()?;
    Ok(*n)
}

/// Returns an opaque stream.
#[chain]
pub fn stream(n: u8) -> impl Stream<Item = u8> {
    futures_util::stream::iter(0..n)
}

/// Returns a boxed stream from an async function.
#[chain]
pub async fn boxed(n: u8) -> Pin<Box<dyn Stream<Item = u8> + Send>> {
    Box::pin(futures_util::stream::iter(0..n))
}

//! Functions whose meaning depends on the edition: elided lifetimes, captures, `async`.
#![deny(warnings, missing_docs)]

use futures_util::Stream;
use std::future::Future;
use std::pin::Pin;
use trace_runtime::{chain, llm};

/// Borrows.
#[chain]
pub fn borrowed<'a>(text: &'a str, _other: &str) -> impl Iterator<Item = char> + 'a {
    text.chars()
}

/// Borrows in a future.
#[llm]
pub fn future<'a>(text: &'a str) -> impl Future<Output = usize> + 'a {
    async move { text.len() }
}

/// Borrows in an async function.
#[llm]
pub async fn asynchronous(text: &str, n: &mut usize) -> Result<usize, std::num::ParseIntError> {
    *n += text.parse::<usize>()?;
    Ok(*n)
}

/// Owns a stream.
#[chain]
pub fn stream(n: u8) -> impl Stream<Item = u8> {
    futures_util::stream::iter(0..n)
}

/// Owns a boxed stream.
#[chain]
pub async fn boxed(n: u8) -> Pin<Box<dyn Stream<Item = u8> + Send>> {
    Box::pin(futures_util::stream::iter(0..n))
}

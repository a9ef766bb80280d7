//! Functions whose meaning depends on the edition: elided lifetimes, captures, `async`. Both
//! packages, `edition-2018` and `edition-2021`, compile this file; their `lib.rs` is a link to it.
#![deny(warnings, missing_docs)]

use futures_util::Stream;
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use trace_runtime::{chain, llm};

#[path = "../../shapes.rs"]
#[rustfmt::skip]
mod shapes;

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

/// Borrows from a mutable argument in its last expression, whose temporaries live longer before
/// edition 2024.
#[chain]
pub fn mutable(mut values: RefCell<Vec<u8>>) -> usize {
    values.get_mut().push(1);
    values.borrow().len()
}

/// Does the same in an async function.
#[chain]
pub async fn mutable_later(mut values: RefCell<Vec<u8>>) -> usize {
    values.get_mut().push(1);
    values.borrow().len()
}

/// Returns a borrow from a mutable argument that is a borrow.
#[chain]
pub fn narrowed<'a>(mut text: &'a mut String, by: &str) -> &'a mut String {
    text.push_str(by);
    text = &mut *text;
    text
}

/// Returns a closure that takes its signature from the return type.
#[chain]
pub fn closure() -> impl for<'a> Fn(&'a str) -> &'a str {
    |text| text
}

/// Returns a box that is not a future without `Pin`.
#[chain]
pub fn boxed_future(n: u8) -> Box<dyn Future<Output = u8> + Send> {
    Box::new(async move { n })
}

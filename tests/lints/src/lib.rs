//! Functions of every kind under all lints of rustc and clippy: an expansion that triggers a lint
//! does not compile here. `.ci/run` runs clippy on this package with `-D warnings`.
//!
//! Each `allow` names a lint that the code below triggers by itself, without the expansion.
#![forbid(unsafe_code)]
#![deny(warnings)]
#![deny(
    absolute_paths_not_starting_with_crate,
    ambiguous_negative_literals,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    keyword_idents,
    let_underscore_drop,
    macro_use_extern_crate,
    meta_variable_misuse,
    missing_abi,
    missing_debug_implementations,
    missing_docs,
    non_ascii_idents,
    redundant_imports,
    redundant_lifetimes,
    rust_2018_idioms,
    rust_2021_compatibility,
    rust_2024_compatibility,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unnameable_types,
    unreachable_pub,
    unused_crate_dependencies,
    unused_extern_crates,
    unused_import_braces,
    unused_lifetimes,
    unused_macro_rules,
    unused_qualifications,
    unused_results,
    variant_size_differences
)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery, clippy::restriction)]
#![allow(
    clippy::blanket_clippy_restriction_lints,
    clippy::missing_const_for_fn,
    clippy::implicit_return,
    clippy::question_mark_used,
    clippy::single_call_fn,
    clippy::missing_trait_methods,
    clippy::arithmetic_side_effects,
    clippy::min_ident_chars,
    clippy::single_char_lifetime_names,
    clippy::exhaustive_structs,
    clippy::must_use_candidate,
    clippy::missing_errors_doc,
    clippy::missing_inline_in_public_items,
    clippy::future_not_send,
    clippy::unnecessary_wraps,
    clippy::impl_trait_in_params,
    clippy::mut_mut,
    clippy::needless_pass_by_value,
    clippy::pub_use,
    clippy::std_instead_of_core,
    clippy::std_instead_of_alloc,
    clippy::arbitrary_source_item_ordering,
    clippy::str_to_string,
    clippy::double_must_use,
    clippy::manual_async_fn,
    clippy::ref_patterns,
    clippy::module_name_repetitions,
    clippy::return_and_then,
    clippy::field_scoped_visibility_modifiers,
    clippy::multiple_inherent_impl,
    clippy::boxed_local,
    clippy::needless_lifetimes,
    clippy::unused_async,
    reason = "the functions below are short and odd on purpose"
)]

use core::future::ready;
use core::num::ParseIntError;
use core::pin::Pin;
use futures_util::Stream;
use futures_util::future::BoxFuture;
use futures_util::stream::iter;
use renamed::{
    agent, chain, decision, embedding, evaluator, guardrail, llm, prompt, reranker, retriever, tool,
};

// A dependency of the tests in `tests/`.
#[cfg(test)]
use serde_json as _;

/// Has no arguments and no result.
#[agent(crate = renamed)]
pub fn nothing() {}

/// Takes a number, an unused argument, a pattern and a mutable binding.
#[chain(crate = renamed, name = format!("sum {a}"), attributes(a = a, "b.c" = "x"))]
pub fn arguments(a: u8, _unused: &str, (b, c): (u8, u8), mut d: Vec<u8>) -> usize {
    d.extend([a, b, c]);
    d.len()
}

/// Returns early.
#[llm(crate = renamed, model = "m", provider = "p", skip(text))]
pub async fn asynchronous(text: &str) -> Result<u8, ParseIntError> {
    let parsed: u8 = ready(text.parse()).await?;
    if parsed == 0 {
        return Ok(1);
    }
    Ok(parsed)
}

/// Has its body on one line, where tokens of signature and body share line numbers.
#[rustfmt::skip]
#[chain(crate = renamed)]
pub async fn on_one_line(text: &str) -> String { text.to_owned() }

/// Forbids a lint, which an `allow` in an expansion would contradict.
pub mod forbidding {
    #![forbid(clippy::used_underscore_binding)]

    /// Uses its argument in options.
    #[renamed::chain(crate = renamed, attributes(sum = a + 1, product = (a * 2)))]
    pub fn plain(a: u32) -> u32 {
        a
    }
}

/// A tool with an explicit description.
#[tool(crate = renamed, description = "d", parameters = "{}")]
#[must_use]
pub fn described(text: String) -> String {
    text
}

/// A tool with a generated definition.
#[tool(crate = renamed, definition = DEFINED)]
#[must_use]
pub fn defined<'text>(
    /// The text
    text: &'text str,
    limit: Option<usize>,
    (a, _b): (u8, u8),
    _other: impl Copy,
) -> &'text str {
    let end = limit.unwrap_or_default().max(usize::from(a));
    text.get(..end).unwrap_or(text)
}

/// Is generic over a type and a constant.
#[retriever(crate = renamed, skip_all, skip_output)]
pub fn generic<T: Copy, const N: usize>(value: T, other: impl Into<String>) -> [T; N] {
    drop(other.into());
    [value; N]
}

/// Replaces input and output.
#[embedding(crate = renamed, input = text.len(), output = |found: &&str| found.len())]
pub fn replaced(text: &str) -> &str {
    text
}

/// Starts a trace.
#[reranker(crate = renamed, root)]
pub async fn placed() {}

/// Returns an option with `?`.
#[guardrail(crate = renamed)]
pub async fn option(value: Option<u8>) -> Option<u8> {
    let found = ready(value).await?;
    Some(found)
}

/// Returns an opaque type.
#[evaluator(crate = renamed)]
pub fn opaque(upto: u8) -> impl Iterator<Item = u8> {
    0..upto
}

/// Returns a future.
#[prompt(crate = renamed)]
pub fn future(n: u8) -> impl Future<Output = u8> + Send {
    async move { n }
}

/// Returns a boxed future.
#[decision(crate = renamed)]
pub fn boxed(n: u8) -> BoxFuture<'static, Result<u8, ParseIntError>> {
    Box::pin(async move { Ok(n) })
}

/// Returns a stream.
#[chain(crate = renamed)]
pub fn stream(n: u8) -> impl Stream<Item = u8> {
    iter(0..n)
}

/// Returns a boxed stream in a result.
#[chain(crate = renamed, collect = keep)]
pub async fn boxed_stream() -> Result<Pin<Box<dyn Stream<Item = u8> + Send>>, ParseIntError> {
    let n = "1".parse()?;
    Ok(Box::pin(iter(0..n)))
}

/// Collects an item.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that `collect` takes")]
fn keep(kept: &mut Vec<u8>, item: &u8) {
    kept.push(*item);
}

/// A type with methods of every receiver.
#[derive(Debug, Default)]
pub struct Counter {
    /// The current count.
    count: u8,
}

impl Counter {
    /// Starts at zero.
    #[chain(crate = renamed)]
    #[must_use]
    pub fn new() -> Self {
        Self { count: 0 }
    }

    /// Returns a mutable borrow.
    #[chain(crate = renamed)]
    pub fn lend(&mut self) -> &mut u8 {
        &mut self.count
    }

    /// Returns a mutable borrow from an async method.
    #[chain(crate = renamed)]
    pub async fn lend_later(&mut self, by: u8) -> &mut u8 {
        self.count = ready(self.count.saturating_add(by)).await;
        &mut self.count
    }

    /// Takes a boxed receiver.
    #[chain(crate = renamed)]
    pub fn consume(self: Box<Self>) -> u8 {
        self.count
    }
}

/// A trait with an async method.
pub trait Asks {
    /// Answers a question.
    fn ask(&self, question: &str) -> impl Future<Output = String> + Send;
}

impl Asks for Counter {
    #[llm(crate = renamed)]
    async fn ask(&self, question: &str) -> String {
        question.to_owned()
    }
}

//! The attribute macros of [`trace-runtime`](https://docs.rs/trace-runtime). Depend on that crate,
//! which re-exports and documents them.
//!
//! This crate knows syntax only. It parses the options and the signature of a function, and emits
//! one constant call site and one call into the runtime. The runtime decides the content of the
//! span, so a change of an attribute never needs a release of this crate.
//!
//! An annotated function passes through these modules, in this order:
//!
//! 1. `options` parses the options in the parentheses of the attribute.
//! 2. `function` parses the function, but keeps its body as raw tokens.
//! 3. `validate` rejects functions that cannot be traced.
//! 4. `arguments` and `tool_parameters` select the arguments to record and to describe.
//! 5. `argument_lints` keeps the compiler's lints about unused arguments.
//! 6. `shape` selects a template, and `expand` fills it in.
//!
//! `traced` does the same for an expression in `traced!`.
//!
//! Each step adds its mistakes to `errors` and continues, so that one build reports them all.
#![forbid(unsafe_code)]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr
)]
#![allow(
    missing_docs,
    reason = "the re-exports in trace-runtime carry the documentation of the macros"
)]

mod argument_lints;
mod arguments;
mod async_trait;
mod awaits;
mod errors;
mod expand;
mod function;
mod kind;
mod lint_exceptions;
mod options;
mod outer_attributes;
mod runtime_path;
mod shape;
mod signature;
mod suggestion;
#[cfg(test)]
mod tests;
mod tool_parameters;
mod traced;
mod validate;

use kind::Kind;
use proc_macro::TokenStream;

/// Defines one attribute macro for each line of `kind::span_kinds!`.
///
/// Input: `llm => Llm,`.
/// Output: `#[proc_macro_attribute] pub fn llm(..) -> TokenStream { .. Kind::Llm .. }`.
///
/// The compiler accepts such functions at the root of a crate only.
macro_rules! define_attribute_macros {
    ($($macro_name:ident => $variant:ident,)*) => {$(
        #[proc_macro_attribute]
        pub fn $macro_name(options: TokenStream, item: TokenStream) -> TokenStream {
            expand::expand(Kind::$variant, options.into(), &item.into()).into()
        }
    )*};
}

kind::span_kinds!(define_attribute_macros);

#[proc_macro]
pub fn traced(input: TokenStream) -> TokenStream {
    traced::expand(input.into()).into()
}

//! The attribute macros of [`trace-runtime`](https://docs.rs/trace-runtime): depend on that crate,
//! which re-exports and documents them.
//!
//! This crate knows syntax only. It reads the options and the function's signature, and writes one
//! constant call site and one call into the runtime, which decides what a span contains.
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
    reason = "the macros are documented where users meet them: at the re-exports of trace-runtime"
)]

mod arguments;
mod documentation;
mod errors;
mod expand;
mod function;
mod kind;
mod options;
mod parameters;
mod runtime_path;
mod shape;
#[cfg(test)]
mod tests;

use kind::Kind;
use proc_macro::TokenStream;

macro_rules! attributes {
    ($($name:ident => $kind:ident,)*) => {$(
        #[proc_macro_attribute]
        pub fn $name(options: TokenStream, item: TokenStream) -> TokenStream {
            expand::expand(Kind::$kind, options.into(), &item.into()).into()
        }
    )*};
}

attributes! {
    agent => Agent,
    chain => Chain,
    llm => Llm,
    tool => Tool,
    retriever => Retriever,
    embedding => Embedding,
    reranker => Reranker,
    guardrail => Guardrail,
    evaluator => Evaluator,
    prompt => Prompt,
    decision => Decision,
}

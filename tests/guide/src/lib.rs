//! Compiles and runs the code of the README and of each chapter of the guide, as documentation tests.
#![allow(clippy::doc_markdown)] // the names of products in the chapters

#[doc = include_str!("../../../README.md")]
pub mod readme {}

#[doc = include_str!("../../../docs/README.md")]
pub mod introduction {}

#[doc = include_str!("../../../docs/guide/first-trace.md")]
pub mod first_trace {}

#[doc = include_str!("../../../docs/guide/existing-program.md")]
pub mod existing_program {}

#[doc = include_str!("../../../docs/guide/nesting.md")]
pub mod nesting {}

#[doc = include_str!("../../../docs/guide/streams.md")]
pub mod streams {}

#[doc = include_str!("../../../docs/guide/content.md")]
pub mod content {}

#[doc = include_str!("../../../docs/guide/macros.md")]
pub mod macros {}

#[doc = include_str!("../../../docs/guide/clients.md")]
pub mod clients {}

#[doc = include_str!("../../../docs/guide/cost.md")]
pub mod cost {}

#[doc = include_str!("../../../docs/guide/sessions.md")]
pub mod sessions {}

#[doc = include_str!("../../../docs/guide/secrets.md")]
pub mod secrets {}

#[doc = include_str!("../../../docs/guide/production.md")]
pub mod production {}

#[doc = include_str!("../../../docs/guide/troubleshooting.md")]
pub mod troubleshooting {}

#[doc = include_str!("../../../docs/guide/from-phoenix.md")]
pub mod from_phoenix {}

#[doc = include_str!("../../../docs/guide/from-tracing.md")]
pub mod from_tracing {}

#[doc = include_str!("../../../docs/guide/from-langfuse.md")]
pub mod from_langfuse {}

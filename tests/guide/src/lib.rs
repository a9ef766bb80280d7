//! Compiles and runs the code of each chapter of the guide, as a documentation test.

#[doc = include_str!("../../../docs/guide/src/introduction.md")]
pub mod introduction {}

#[doc = include_str!("../../../docs/guide/src/first-trace.md")]
pub mod first_trace {}

#[doc = include_str!("../../../docs/guide/src/nesting.md")]
pub mod nesting {}

#[doc = include_str!("../../../docs/guide/src/streams.md")]
pub mod streams {}

#[doc = include_str!("../../../docs/guide/src/content.md")]
pub mod content {}

#[doc = include_str!("../../../docs/guide/src/sessions.md")]
pub mod sessions {}

#[doc = include_str!("../../../docs/guide/src/secrets.md")]
pub mod secrets {}

#[doc = include_str!("../../../docs/guide/src/production.md")]
pub mod production {}

#[doc = include_str!("../../../docs/guide/src/troubleshooting.md")]
pub mod troubleshooting {}

#[doc = include_str!("../../../docs/guide/src/from-phoenix.md")]
pub mod from_phoenix {}

#[doc = include_str!("../../../docs/guide/src/from-tracing.md")]
pub mod from_tracing {}

#[doc = include_str!("../../../docs/guide/src/from-langfuse.md")]
pub mod from_langfuse {}

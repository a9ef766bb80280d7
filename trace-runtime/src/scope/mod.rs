//! Scopes: attributes for all spans that begin inside a block of code, a future or a stream.
//!
//! Use a scope for facts that hold for a whole request, and that the traced functions do not know:
//! the session and user that a request belongs to, metadata, tags, and the prompt template. A scope
//! can also suppress tracing, for example in health checks.
//!
//! ```
//! use trace_runtime::{chain, scope::using_session};
//!
//! #[chain]
//! async fn answer(question: &str) -> String {
//!     question.to_uppercase()
//! }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! let scope = using_session("conversation-7").user("ada").metadata("attempt", 2);
//! let answer = scope.bind(answer("why")).await;
//! # assert_eq!(answer, "WHY");
//! # }
//! ```
//!
//! A scope is part of the OpenTelemetry context, next to the current span. It is propagated with
//! the context, and it also applies to spans that other instrumentation starts through the provider
//! of this crate.
//!
//! # Nesting
//!
//! A scope inside another adds to it. An attribute that a span sets itself takes precedence over
//! all scopes.
//!
//! | attribute | in nested scopes |
//! |---|---|
//! | `session.id`, `user.id` | the innermost value |
//! | `llm.prompt_template.*` | the innermost template as a whole |
//! | `metadata` | one JSON object, merged by key; the inner value of a key wins |
//! | `tag.tags` | all tags, without duplicates, the outer ones first |
//! | suppression | holds for all that is inside, and cannot be ended by an inner scope |
//!
//! # Other services
//!
//! [`Scope::propagated`] copies session, user, metadata and tags into the W3C baggage of the
//! context, which [`propagation`](crate::propagation) sends to other services. The service that
//! receives it calls [`using_baggage`] to begin a scope with the same attributes. A service that
//! trusts all its callers takes the session and the user from every request, with
//! [`session_from_baggage`](crate::Builder::session_from_baggage).

mod attributes;
mod baggage;
mod processor;
mod using;

pub use crate::in_current_span::WithCurrentSpan;
pub(crate) use attributes::{ContextAttributes, inherit_scope};
pub(crate) use baggage::with_received_session;
pub(crate) use processor::ContextAttributesProcessor;
pub use using::{
    Scope, suppress_tracing, using_baggage, using_metadata, using_prompt_template, using_session,
    using_tags, using_user,
};

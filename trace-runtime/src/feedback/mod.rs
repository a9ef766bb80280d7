//! Feedback: a thumbs-up of a user, or the score of an evaluator, that lands on its span.
//!
//! [`CurrentSpan::id`](crate::CurrentSpan::id) returns a [`SpanRef`]. Its text is a `traceparent`,
//! which fits into a page or a database. Minutes later, in another request or another process, an
//! [`Annotation`] is given for it:
//!
//! ```no_run
//! use trace_runtime::feedback::{Annotation, SpanRef};
//!
//! #[trace_runtime::agent]
//! fn answer(question: &str) -> (String, SpanRef) {
//!     ("Rome".to_owned(), trace_runtime::current_span().id())
//! }
//!
//! let registration = trace_runtime::register().install()?;
//! let (_, span) = answer("What is the capital of Italy?");
//! let id: String = span.to_string();
//! // .. the page sends `id` back when the user presses the button ..
//! let span: SpanRef = id.parse()?;
//! registration.annotate(&span, Annotation::new("user_feedback").score(1.0).label("good").human())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Phoenix (over HTTP), Langfuse and MLflow take feedback. It is delivered like spans: without
//! waiting, tried again, stored in the [`spool`](crate::Builder::spool) before it is sent, counted in
//! [`stats`](crate::Registration::stats) and waited for by [`flush`](crate::Registration::flush). An
//! annotation is not sent before the spans of this process that precede it were accepted, and it is
//! sent again while a backend does not know its span yet, for an hour by default
//! ([`feedback_wait`](crate::Builder::feedback_wait)).
//!
//! Two annotations with the same name, target and identifier are one: the later replaces the
//! earlier, so that sending one twice changes nothing. Give the id of the user as the
//! [`identifier`](Annotation::identifier) to keep one for each user.

// An annotation takes this path: `hub.rs` gives it to the queue of each backend; the worker of the
// queue removes secrets and stores it; the sender waits for its span and calls the interface of the
// backend, which a file in `api` describes.

mod annotation;
mod api;
mod error;
mod hub;
mod queue;
mod record;
mod score;
mod span_ref;
mod target;

pub use annotation::{Annotation, AnnotatorKind};
pub(crate) use api::{Api, LANGFUSE, MLFLOW, PHOENIX};
pub use error::{AnnotateError, InvalidSpanRef};
pub(crate) use hub::{Backend, Hub, HubSettings};
pub use score::{Evaluation, Score};
pub use span_ref::SpanRef;
pub use target::Target;

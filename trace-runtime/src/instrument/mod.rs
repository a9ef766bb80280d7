//! The code that annotated functions call: it opens a span, runs the body in it, and ends it with
//! the outcome.
//!
//! The way of one call:
//!
//! 1. [`open`] evaluates the options that sampling needs ([`StartOptions`]), decides whether the
//!    span records ([`sampling`]), and captures the arguments ([`AttributeOptions`]).
//! 2. [`in_span`], [`InSpan`] or [`StreamInSpan`] runs the body with the span as the current one.
//! 3. [`outcome`] reads the result or the error, and ends the span.
//!
//! Options, arguments and results run the user's code (`Serialize`, `Debug`, expressions). A panic
//! in that code loses the value it was meant to produce and never reaches the caller.

mod attribute_options;
mod collect;
mod context_span;
mod current_span;
mod error;
mod future;
mod inference;
mod limited_collect;
mod live;
mod named_stream;
mod open;
mod outcome;
mod parent;
mod result;
mod sampling;
mod start_options;
mod stream;
mod sync;
mod yield_span;

pub use attribute_options::AttributeOptions;
pub use current_span::{CurrentSpan, current_span};
pub use error::{DescribeError, ErrorInfo, ErrorProbe};
pub use future::{InSpan, future_in_span, in_span_async, in_span_async_then};
pub use inference::{apply_output, diverging_outcome, infer_return_type};
pub use named_stream::{NoStream, StreamProbe};
pub use open::{SpanHandle, open, open_later};
pub use outcome::Outcome;
pub use parent::Parent;
pub use result::{AsResult, AsSuccess};
pub use start_options::{SpanName, StartOptions};
pub use stream::{StreamInSpan, collected_stream_in_span, stream_in_span};
pub use sync::{in_span, in_span_later};
pub use yield_span::{YieldSpan, yield_span};

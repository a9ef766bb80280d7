//! Traits that bound the options of the macros: [`Parent`] for `parent`, [`SpanName`] for `name`.
//!
//! Everything else in this module serves generated code.

// The steps of one call:
//
// 1. `open` evaluates the options that sampling needs (`StartOptions`), begins the span (`live`), which
//    records or not (`sampling`), and captures the arguments (`AttributeOptions`).
// 2. `in_span`, `InSpan` or `StreamInSpan` runs the body with the span as the current one.
// 3. `outcome` reads the result or the error, and ends the span (`live`).
//
// Options, arguments and results run the user's code (`Serialize`, `Debug`, expressions). A panic in
// that code loses the value it was meant to produce and never reaches the caller.

mod attribute_options;
mod boxed_stream;
mod call;
mod call_end;
mod call_stream;
mod collect;
mod context_span;
mod current_span;
mod error;
mod evaluation;
mod exchange_span;
mod fill;
mod future;
mod in_place;
mod inference;
mod join;
mod limited_collect;
mod live;
mod named_stream;
mod open;
mod outcome;
mod parent;
mod result;
mod returned_future;
mod sampling;
mod served_call;
mod shared_span;
mod spare;
mod start_options;
mod stream;
mod sync;
mod yield_span;

pub use parent::Parent;
pub use start_options::SpanName;

// The room `http` uses these.
pub(crate) use exchange_span::{ExchangeEnd, ExchangeSpan};
// The room `mcp` uses it.
pub(crate) use served_call::ServedCall;

// The crate root exports these two.
#[doc(hidden)]
pub use current_span::{CurrentSpan, current_span};

// Generated code reaches these through `__private`.
#[doc(hidden)]
pub use {
    attribute_options::AttributeOptions,
    call::{CallArguments, PendingCall, in_call, in_call_async, prepare_call},
    call_end::{CallEnd, CallProbe},
    call_stream::require_stream,
    error::{DescribeError, ErrorInfo, ErrorProbe},
    evaluation::{EvaluationTarget, annotate, evaluated_target},
    future::{InSpan, future_in_span, in_span_async},
    in_place::{InPlace, in_place},
    inference::{apply_output, finish_diverging, infer_return_type},
    named_stream::{LentStream, NoStream, StreamProbe},
    open::{SpanHandle, open, open_later},
    outcome::Outcome,
    result::{AsResult, AsSuccess},
    returned_future::{BoxedFuture, PutInSpan, ReturnedProbe, SpanEnd},
    start_options::StartOptions,
    stream::{StreamInSpan, collected_stream_in_span, stream_in_span},
    sync::{in_span, in_span_later},
    yield_span::{YieldSpan, yield_span},
};

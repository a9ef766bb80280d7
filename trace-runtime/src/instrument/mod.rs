//! What generated code calls: opens a span, runs the body in it, and ends it with the outcome.

mod begun;
mod body;
mod capturing;
mod collect;
mod context_span;
mod current_span;
mod error;
mod future;
mod hand_over;
mod live;
mod named_stream;
mod open;
mod outcome;
mod parent;
mod recorder;
mod split;
mod start;
mod stream;
mod sync;

pub use body::{apply, never_read, never_returned};
pub use current_span::{CurrentSpan, current_span};
pub use error::{Describe, ErrorProbe, Failed};
pub use future::{InSpan, future_in_span, in_span_async, in_span_async_then};
pub use hand_over::{HandOver, hand_over};
pub use named_stream::{NoStream, StreamProbe};
pub use open::{OpenSpan, open, open_later};
pub use outcome::Outcome;
pub use parent::Parent;
pub use recorder::Recorder;
pub use split::{Split, SplitAny};
pub use start::{SpanName, Start};
pub use stream::{StreamInSpan, collected_stream_in_span, stream_in_span};
pub use sync::{in_span, in_span_later};

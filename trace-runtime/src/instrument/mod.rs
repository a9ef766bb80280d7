//! What generated code calls: opens a span, runs the body in it, and ends it with the outcome.

mod attribute_options;
mod body;
mod collect;
mod context_span;
mod current_span;
mod error;
mod future;
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

pub use attribute_options::Recorder;
pub use body::{apply, never_read, never_returned};
pub use current_span::{CurrentSpan, current_span};
pub use error::{Describe, ErrorProbe, Failed};
pub use future::{InSpan, future_in_span, in_span_async, in_span_async_then};
pub use named_stream::{NoStream, StreamProbe};
pub use open::{OpenSpan, open, open_later};
pub use outcome::Outcome;
pub use parent::Parent;
pub use result::{Split, SplitAny};
pub use start_options::{SpanName, Start};
pub use stream::{StreamInSpan, collected_stream_in_span, stream_in_span};
pub use sync::{in_span, in_span_later};
pub use yield_span::{HandOver, hand_over};

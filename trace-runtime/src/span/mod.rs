//! Opening a span: the one seam between the macros and whatever records it.

mod attribute_value;
mod attributes;
mod begun;
mod callee;
mod context_span;
mod current;
mod live;
mod open;
mod parent;
mod recorder;
mod said;
mod span_record;
mod spare;
mod start;

pub use attribute_value::AttributeValue;
pub(crate) use attributes::{add_missing, keep_essential, keep_last_of_each_key, push};
pub use current::{CurrentSpan, current_span};
pub(crate) use live::{LiveSpan, attached};
pub use open::{OpenSpan, open, open_later};
pub use parent::Parent;
pub use recorder::Recorder;
pub(crate) use span_record::{SpanRecord, scope};
pub(crate) use spare::keep_spare;
pub use start::{SpanName, Start};

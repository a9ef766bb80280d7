//! The data of one span: the call it describes, its content, and the record of both.

mod call_site;
mod content;
mod ids;
mod plain;
mod record;
pub(crate) mod watched;

pub(crate) use call_site::Call;
pub use call_site::{CallSite, crate_name};
pub(crate) use content::SpanContent;
pub(crate) use ids::{new_ids, new_span_id, reseed};
pub(crate) use plain::PlainSpan;
pub(crate) use record::{SpanRecord, instrumentation_scope};

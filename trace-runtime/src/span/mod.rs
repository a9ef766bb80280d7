//! The data of one span: the function that was called, and what is recorded of the call.

mod call_site;
mod callee;
mod said;
mod span_record;
mod spare;

pub use call_site::{CallSite, crate_name};
pub(crate) use callee::Callee;
pub(crate) use said::Said;
pub(crate) use span_record::{SpanRecord, scope};
pub(crate) use spare::{boxed, keep_spare};

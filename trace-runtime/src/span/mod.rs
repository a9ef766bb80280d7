//! The data of one span: the function that was called, and what is recorded of the call.

mod call_site;
mod callee;
mod content;
mod record;
mod record_pool;

pub use call_site::{CallSite, crate_name};
pub(crate) use callee::Callee;
pub(crate) use content::Said;
pub(crate) use record::{SpanRecord, scope};
pub(crate) use record_pool::{boxed, keep_spare};

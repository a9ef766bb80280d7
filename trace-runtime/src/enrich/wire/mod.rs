//! Reading recorded JSON, before anything is known about the API that it belongs to.
//!
//! [`recorded_body`] turns the recorded text of a call into a `Value`, [`value_deserializer`] reads
//! a `Value` as a Rust type, and [`merge`] joins the chunks of a stream.

pub(super) mod merge;
pub(super) mod recorded_body;
pub(super) mod value_deserializer;

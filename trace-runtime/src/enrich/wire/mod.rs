//! Reading recorded JSON, before anything is known about the API that it belongs to.
//!
//! [`recorded_body`] turns the recorded text of a call into a `Value`, [`value_deserializer`] reads
//! a `Value` as a Rust type and [`tagged`] as a variant of one, [`lenient`] reads lists of which some items are unknown, and [`merge`]
//! joins the chunks of a stream, whose lists are an [`indexed_list`] while they grow.

pub(super) mod indexed_list;
pub(super) mod lenient;
pub(super) mod merge;
pub(super) mod recorded_body;
pub(super) mod tagged;
pub(super) mod value_deserializer;

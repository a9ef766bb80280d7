//! JSON as it was recorded: text, bytes or chunks.

pub(super) mod merge;
pub(super) mod recorded_body;
pub(super) mod value_deserializer;

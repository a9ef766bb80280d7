//! The vocabulary of OpenInference: attribute keys, span kinds, and lists of attributes.
//!
//! OpenInference is a set of conventions for attributes of OpenTelemetry spans that describe LLM
//! applications. Its specification is in the folder `spec` of the repository
//! `Arize-ai/openinference`. This module has no IO and no threads; every other module may use it.

mod attribute_list;
pub(crate) mod keys;
mod kind;

pub(crate) use attribute_list::{add_missing, keep_essential, keep_last_of_each_key, push};
pub use kind::OpenInferenceSpanKind;

//! The vocabulary of OpenInference: attribute keys, span kinds, and lists of attributes.

mod attribute_list;
pub(crate) mod keys;
mod kind;

pub(crate) use attribute_list::{add_missing, keep_essential, keep_last_of_each_key, push};
pub use kind::OpenInferenceSpanKind;

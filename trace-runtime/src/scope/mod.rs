//! What holds for every span inside a scope: session, user, metadata, tags, prompt template, or
//! that there are no spans at all.

mod attributes;
mod baggage;
mod processor;
mod using;

pub(crate) use attributes::{ContextAttributes, carried_over};
pub(crate) use processor::ContextAttributesProcessor;
pub use using::{
    Scope, suppress_tracing, using_baggage, using_metadata, using_prompt_template, using_session,
    using_tags, using_user,
};

//! The GenAI conventions of OpenTelemetry: what other crates say in them becomes OpenInference, and
//! what is said in OpenInference can be said in them too.

mod attribute_view;
mod content;
mod from_openinference;
mod kind;
mod legacy;
mod message_json;
mod messages;
mod model;
mod part;
mod provider;
mod retrieval;
mod to_openinference;

pub(crate) use from_openinference::add_gen_ai_attributes;
pub(super) use to_openinference::translate;

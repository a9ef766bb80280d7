//! The GenAI conventions of OpenTelemetry: what other crates say in them becomes OpenInference, and
//! what is said in OpenInference can be said in them too.

mod content;
mod flat;
mod kind;
mod legacy;
mod messages;
mod model;
mod part;
mod provider;
mod retrieval;
mod to_openinference;
mod twins;
mod written;

pub(super) use to_openinference::translate;
pub(crate) use twins::add_twins;

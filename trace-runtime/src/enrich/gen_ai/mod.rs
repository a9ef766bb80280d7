//! Translates between OpenTelemetry's GenAI conventions and OpenInference.
//!
//! Both conventions describe calls of models, tools and agents. Crates such as `rig-core` and
//! `genai` describe their own calls with `gen_ai.*` attributes, while Phoenix and Arize show what
//! OpenInference describes. The translation to OpenInference is always on. The translation from
//! OpenInference is off by default; it adds attributes for backends that only know `gen_ai.*`, such
//! as Logfire and `PostHog`.
//!
//! The GenAI conventions are not stable. They have renamed attributes and moved messages twice, and
//! crates implement different versions:
//!
//! | version | messages of a chat |
//! |---|---|
//! | 1.26 to 1.27 | the attributes `gen_ai.prompt` and `gen_ai.completion` |
//! | 1.28 to 1.36 | events such as `gen_ai.user.message` and `gen_ai.choice` |
//! | since 1.37 | the JSON attributes `gen_ai.input.messages` and `gen_ai.output.messages` |
//!
//! Many crates also followed `OpenLLMetry`, which numbers its attributes: `gen_ai.prompt.0.role`.
//! All of these are read; only the latest form is written. Since 1.42 the conventions are developed
//! in the repository `open-telemetry/semantic-conventions-genai`.

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
#[cfg(feature = "cost")]
pub(super) use provider::openinference_provider;
pub(super) use to_openinference::translate;

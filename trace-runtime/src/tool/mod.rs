//! Tool definitions: the name, description and JSON schema of an annotated function, for the model
//! that calls it.
//!
//! `#[tool(definition = NAME)]` creates a constant of the type [`ToolDefinition`] next to the
//! function. Pass it to a model as one of its tools. The span of each call records the same schema
//! in `tool.parameters`, so that the trace shows the tool exactly as the model sees it.
//!
#![cfg_attr(feature = "schema", doc = "```")]
#![cfg_attr(not(feature = "schema"), doc = "```ignore")]
//! use trace_runtime::tool;
//!
//! /// The weather of a city.
//! #[tool(definition = WEATHER)]
//! fn weather(
//!     /// The city, as `City, Country`
//!     city: &str,
//! ) -> String {
//!     format!("sun in {city}")
//! }
//!
//! // The `tools` of a request to OpenAI's chat completions or a compatible API.
//! let tools = serde_json::to_value([WEATHER])?;
//! assert_eq!(tools[0]["function"]["parameters"]["required"][0], "city");
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! # The schema
//!
//! The option `parameters = <expr>` sets the schema explicitly. Otherwise, with the feature `schema`,
//! it is derived from the signature with `schemars`:
//!
//! - each argument is a property, except `self` and the arguments that the option `skip` names;
//! - the doc comment of an argument is its description;
//! - an argument is required unless its type is an `Option`;
//! - an argument whose type does not implement `JsonSchema` accepts any value;
//! - a struct that is destructured in the signature contributes its fields.
//!
//! The dialect is JSON Schema 2020-12 without a `$schema` key. Subschemas are inlined, because
//! not every model follows references; only recursive types still use `$defs`.

mod definition;
mod macros;
#[cfg(feature = "schema")]
mod parameter;
#[cfg(feature = "schema")]
mod probe;
#[cfg(feature = "schema")]
mod schema;

pub use definition::ToolDefinition;

// Generated code reaches these through `__private`.
#[doc(hidden)]
pub use definition::GivenSchema;
#[cfg(feature = "schema")]
#[doc(hidden)]
pub use {
    parameter::Parameter,
    probe::{DescribeType, IsOptional, SchemaProbe},
    schema::parameters_schema,
};

//! Tools that describe themselves: the JSON schema of their parameters, from their signature.

mod definition;
mod macros;
#[cfg(feature = "schema")]
mod parameter;
#[cfg(feature = "schema")]
mod probe;
#[cfg(feature = "schema")]
mod schema;

pub use definition::{Given, ToolDefinition};
#[cfg(feature = "schema")]
pub use parameter::Parameter;
#[cfg(feature = "schema")]
pub use probe::{DescribeType, IsOptional, SchemaProbe};
#[cfg(feature = "schema")]
pub use schema::parameters;

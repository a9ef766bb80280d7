//! Tools that describe themselves: the JSON schema of their parameters, from their signature.

mod definition;
#[cfg(feature = "schema")]
mod parameter;
#[cfg(feature = "schema")]
mod parameters;
#[cfg(feature = "schema")]
mod probe;
mod written;

pub use definition::{Given, ToolDefinition};
#[cfg(feature = "schema")]
pub use parameter::Parameter;
#[cfg(feature = "schema")]
pub use parameters::parameters;
#[cfg(feature = "schema")]
pub use probe::{DescribeType, IsOptional, SchemaProbe};

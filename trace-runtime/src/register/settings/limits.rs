//! Resolves how much a span may hold.

use crate::config::{Environment, RegisterError};
use crate::enrich::Limits;

/// First wins: the variables for spans, those for all signals, the defaults.
pub(super) fn limits(env: &Environment) -> Result<Limits, RegisterError> {
    let value_bytes = env.number(
        &["OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT"],
        "a number of bytes, write for example 1048576",
    )?;
    let attributes = env.number(
        &["OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "OTEL_ATTRIBUTE_COUNT_LIMIT"],
        "a number of attributes, write for example 10000",
    )?;
    Ok(Limits {
        value_bytes: value_bytes.unwrap_or(1 << 20),
        attributes: attributes.unwrap_or(10_000),
    })
}

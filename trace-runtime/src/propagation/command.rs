//! The fields in the environment of a child process.

use super::fields;
use std::process::Command;

/// Sets `TRACEPARENT`, `TRACESTATE` and `BAGGAGE` in the environment of a child process, so that
/// its spans join the current trace.
///
/// A child that uses this crate asks for it with
/// [`parent_from_environment`](crate::Builder::parent_from_environment). Other programs read the
/// same variables, by the [convention] of OpenTelemetry.
///
/// Without a current span and baggage, the child inherits the variables of this process.
///
/// ```
/// let mut command = std::process::Command::new("worker");
/// trace_runtime::propagation::inject_into_command(&mut command);
/// ```
///
/// With `tokio`, pass `command.as_std_mut()`. A child reads all three variables, baggage included,
/// with [`extract`](super::extract):
///
/// ```
/// let context = trace_runtime::propagation::extract(|name| {
///     std::env::var(name.to_ascii_uppercase()).ok()
/// });
/// let _attached = context.attach();
/// ```
///
/// [convention]: https://opentelemetry.io/docs/specs/otel/context/env-carriers/
pub fn inject_into_command(command: &mut Command) {
    for (name, value) in fields() {
        let variable = variable(&name);
        if value.is_empty() {
            // The state of this process's own parent does not belong to the current span.
            command.env_remove(variable);
        } else {
            command.env(variable, value);
        }
    }
}

/// Returns the name of the variable for a field: in upper case, with underscores for characters
/// that the names of variables do not have.
fn variable(field: &str) -> String {
    field
        .chars()
        .map(|character| if character.is_ascii_alphanumeric() { character } else { '_' })
        .map(|character| character.to_ascii_uppercase())
        .collect()
}

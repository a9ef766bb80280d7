//! Behaviour through the public API. Every test compares whole traces as text, or the requests that
//! a receiver decoded.

#![allow(
    clippy::cast_lossless,
    clippy::similar_names,
    clippy::items_after_statements,
    clippy::unnecessary_wraps,
    clippy::needless_pass_by_value,
    clippy::redundant_closure_for_method_calls,
    clippy::trivially_copy_pass_by_ref,
    clippy::ignored_unit_patterns,
    clippy::cast_precision_loss,
    clippy::unused_async,
    reason = "tests read like the code of users"
)]

// Functions that can be traced, and the options of the macros.
mod functions;
mod http;
mod hygiene;
mod options;
mod returned_futures;
#[path = "../editions/shapes.rs"]
#[rustfmt::skip]
mod shapes;
mod signatures;
mod streams;
mod traced_expressions;
mod unrecognized_types;

// The content of a span.
mod attributes;
mod current_span;
mod hostile_values;
mod input_output;
mod masks;
mod outcomes;
mod reentrancy;
mod secrets;
mod tool_schemas;

// Parents, tasks and threads, and scopes.
mod ending_threads;
mod nesting;
mod propagation;
mod sampling;
mod scopes;
mod tasks;

// Attributes read from requests and responses of LLM clients.
mod enrich;
mod gen_ai;

// Other instrumentation: OpenTelemetry's API, attached providers and `tracing`.
mod attached_provider;
mod mcp;
mod opentelemetry_api;
mod tracing_layer;

// Registration, output and delivery.
mod console;
mod cost;
mod delivery;
mod feedback;
#[cfg(unix)]
mod forked_process;
#[cfg(unix)]
mod process_end;
mod registration;
mod unregistered;

// Comparison with other sources: OpenInference's Python library, and the documentation.
mod promises;
mod reference_program;

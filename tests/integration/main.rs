//! Behaviour through the public interface. Every test compares whole traces, or what a receiver
//! decoded.

#![allow(
    clippy::cast_lossless,
    clippy::similar_names,
    clippy::items_after_statements,
    clippy::unnecessary_wraps,
    clippy::needless_pass_by_value,
    reason = "tests read like the code of users"
)]

mod attached;
mod attributes;
mod console;
mod current_span;
mod delivery;
mod delivery_callbacks;
mod delivery_crowded;
mod delivery_disk;
mod delivery_faults;
mod delivery_file;
mod delivery_file_faults;
mod delivery_messages;
mod delivery_several;
mod delivery_spool;
mod delivery_threads;
mod delivery_tls;
mod ending_threads;
mod enrich;
mod functions;
mod gen_ai;
mod grpc;
mod hygiene;
mod input_output;
mod masks;
mod nesting;
mod off;
mod options;
mod outcomes;
mod promises;
mod reentrancy;
mod registration;
mod returned_futures;
mod sampling;
mod scopes;
mod shapes;
mod story;
mod streams;
mod tasks;
mod through_opentelemetry;
mod tools;
mod tracing_layer;
mod wire;

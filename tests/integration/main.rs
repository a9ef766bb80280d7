//! Behaviour through the public interface. Every test compares whole traces, or what a receiver
//! decoded.

mod attributes;
mod console;
mod current_span;
mod delivery;
mod functions;
mod grpc;
mod input_output;
mod nesting;
mod off;
mod options;
mod outcomes;
mod registration;
mod story;
mod wire;

//! Delivery of spans to backends and files. The helpers are in `integration_tests::delivery`; tests
//! that need several seconds each are in `tests/slow`.

// Protocols.
mod grpc;
mod http;

// Backends by name: address, headers, and the attributes that only they need.
mod named_backends;

// Failures of backends and connections.
mod answers;
mod backends;
mod connection_faults;
mod guide;
mod messages;
mod several_destinations;

// Spans that wait: in memory, on disk, in files.
mod file;
mod page;
mod queue;
mod spool;
mod spool_drain;

// Calls from the application: threads, runtimes, and re-entrant calls.
mod callbacks;
mod threads;

//! Tests that take seconds each, because they exhaust disks, wait for TLS handshakes in child
//! processes, or compress megabytes: `cargo test -p slow-tests`.

#![allow(
    clippy::items_after_statements,
    clippy::similar_names,
    clippy::needless_pass_by_value,
    reason = "tests read like the code of users"
)]

mod disk_faults;
mod feedback_outage;
mod file_faults;
mod memory_bound;
mod tls;

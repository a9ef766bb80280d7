//! Delivery in a build where another crate enables every HTTP client of `opentelemetry-otlp`. With
//! those features that crate picks a client that needs an async runtime, and none runs here.

use load_tests::{Action, Receiver};
use trace_runtime::{chain, register};

#[chain]
fn work(_n: u32) {}

#[test]
fn features_enabled_by_another_crate_change_nothing() {
    let receiver = Receiver::start(|| Action::Accept);
    let registration =
        register().verbose(false).endpoint(receiver.endpoint()).install().expect("settings");
    (0..100).for_each(work);
    registration.shutdown().expect("everything arrives");
    assert_eq!(receiver.accepted(), (100, 0));
}

//! Built with every HTTP client of `opentelemetry-otlp` turned on, as another crate may do, and
//! without an async runtime: by features alone that crate would pick a client that needs one.

use load_tests::{Act, Receiver};
use trace_runtime::{chain, register};

#[chain]
fn work(_n: u32) {}

#[test]
fn features_that_another_crate_turns_on_change_nothing() {
    let receiver = Receiver::start(|| Act::Accept);
    let registration =
        register().verbose(false).endpoint(receiver.endpoint()).install().expect("settings");
    (0..100).for_each(work);
    registration.shutdown().expect("everything arrives");
    assert_eq!(receiver.taken(), (100, 0));
}

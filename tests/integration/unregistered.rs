//! An annotated function returns the same with and without a registration.

use integration_tests::{Program, block_on};
use std::panic::catch_unwind;
use trace_runtime::{chain, register};

#[chain]
fn sync(mut values: Vec<u8>, fail: bool) -> Result<Vec<u8>, String> {
    values.push(1);
    if fail { Err("failed".to_owned()) } else { Ok(values) }
}

#[chain]
async fn asynchronous(text: &str) -> Option<char> {
    tokio::task::yield_now().await;
    text.chars().next()
}

#[chain]
fn panics() {
    std::panic::panic_any(42_u8)
}

/// Calls the functions above; returns everything that a caller can observe.
fn observed() -> String {
    let text = (block_on(asynchronous("ab")), block_on(asynchronous("")));
    let payload = catch_unwind(panics).unwrap_err();
    let payload = payload.downcast_ref::<u8>();
    format!("{:?} {:?} {text:?} {payload:?}", sync(vec![2], false), sync(vec![], true))
}

#[test]
fn results_are_the_same_in_every_registration_state() {
    let unregistered = {
        let _lock = Program::lock();
        observed()
    };
    assert_eq!(unregistered, r#"Ok([2, 1]) Err("failed") (Some('a'), None) Some(42)"#);
    {
        let _program = Program::start();
        assert_eq!(observed(), unregistered);
    }
    {
        let _program = Program::start_with(|builder| builder.sample_ratio(0.0));
        assert_eq!(observed(), unregistered);
    }
    let _lock = Program::lock();
    // Register with a collector that is unreachable.
    let registration = register()
        .verbose(false)
        .endpoint("http://127.0.0.1:1")
        .on_diagnostic(|_| {})
        .install()
        .unwrap();
    assert_eq!(observed(), unregistered);
    assert!(registration.shutdown().is_err());
    assert_eq!(observed(), unregistered);
}

//! An annotated function does the same whether or not anything is registered.

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

/// Everything a caller can see of the functions above.
fn seen() -> String {
    let text = (block_on(asynchronous("ab")), block_on(asynchronous("")));
    let payload = catch_unwind(panics).unwrap_err();
    let payload = payload.downcast_ref::<u8>();
    format!("{:?} {:?} {text:?} {payload:?}", sync(vec![2], false), sync(vec![], true))
}

#[test]
fn the_same_is_seen_in_every_state() {
    let unregistered = {
        let _turn = Program::turn();
        seen()
    };
    assert_eq!(unregistered, r#"Ok([2, 1]) Err("failed") (Some('a'), None) Some(42)"#);
    {
        let _program = Program::start();
        assert_eq!(seen(), unregistered);
    }
    {
        let _program = Program::start_with(|builder| builder.sample_ratio(0.0));
        assert_eq!(seen(), unregistered);
    }
    let _turn = Program::turn();
    // A collector that is not there.
    let registration = register()
        .verbose(false)
        .endpoint("http://127.0.0.1:1")
        .on_diagnostic(|_| {})
        .install()
        .unwrap();
    assert_eq!(seen(), unregistered);
    assert!(registration.shutdown().is_err());
    assert_eq!(seen(), unregistered);
}

//! Attributes of other crates above and below those of this crate, as the table in
//! `docs/functions.md` shows them.

use cached::proc_macro::cached;
use contracts::requires;
use integration_tests::Program;
use std::panic::catch_unwind;
use trace_runtime::{chain, tool};
use tracing::instrument;
use tracing_subscriber::Registry;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;

/// Runs a function, and returns its traces.
fn traces(run: impl FnOnce()) -> String {
    let program = Program::start();
    let layer = program.registration.tracing_layer_with(LevelFilter::INFO);
    tracing::subscriber::with_default(Registry::default().with(layer), run);
    program.tree()
}

#[instrument]
#[tool]
fn instrument_above() {}

#[tool(name = "tool")]
#[instrument]
fn instrument_below() {}

#[test]
fn span_of_instrument_is_the_child_from_above_and_the_parent_from_below() {
    assert_eq!(
        traces(instrument_above),
        "instrument_above [TOOL] ok in={}\n  instrument_above [] unset\n"
    );
    assert_eq!(traces(instrument_below), "instrument_below [] unset\n  tool [TOOL] ok in={}\n");
}

#[cached]
#[chain]
fn cached_above(n: u32) -> u32 {
    n
}

#[chain]
#[cached]
fn cached_below(n: u32) -> u32 {
    n
}

#[test]
fn hit_of_cached_has_a_span_only_from_above() {
    let call_twice =
        |function: fn(u32) -> u32| traces(|| (0..2).for_each(|_| assert_eq!(function(7), 7)));
    let span = |name| format!("{name} [CHAIN] ok in=7 out=7\n");
    assert_eq!(call_twice(cached_above), span("cached_above").repeat(2));
    assert_eq!(call_twice(cached_below), span("cached_below"));
}

#[requires(n > 0)] // it expands the attribute below it too
#[ensures(ret > 0)]
#[chain]
fn contract_above(n: i32) -> i32 {
    n - 1
}

#[chain]
#[requires(n > 0)] // it expands the attribute below it too
#[ensures(ret > 0)]
fn contract_below(n: i32) -> i32 {
    n - 1
}

#[test]
fn violated_contract_is_a_panic_from_above_and_outside_of_the_span_from_below() {
    let tree =
        |function: fn(i32) -> i32, n| traces(|| assert!(catch_unwind(|| function(n)).is_err()));
    for n in [0, 1] {
        assert!(tree(contract_above, n).starts_with("contract_above [CHAIN] error(panic"));
    }
    assert_eq!(tree(contract_below, 0), "");
    assert_eq!(tree(contract_below, 1), "contract_below [CHAIN] ok in=1 out=0\n");
}

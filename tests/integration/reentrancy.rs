//! User code that instrumentation runs (`Serialize`, `Debug`, options, destructors) and that calls
//! traced functions itself.

use integration_tests::{Program, block_on, traced};
use serde::{Serialize, Serializer};
use std::fmt;
use trace_runtime::{chain, current_span, llm};

#[chain]
fn helper(n: u32) -> u32 {
    n + 1
}

struct Traced(u32);

impl Serialize for Traced {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        current_span().set_attribute("seen.while", "serialising");
        serializer.serialize_u32(helper(self.0))
    }
}

struct Shown(u32);

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        current_span().add_event("shown", []);
        write!(f, "shown {}", helper(self.0))
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl std::error::Error for Shown {}

#[llm]
fn takes(value: Traced) -> Traced {
    value
}

#[chain]
async fn fails() -> Result<(), Shown> {
    Err(Shown(1))
}

#[test]
fn captured_value_calling_a_traced_function_records_both() {
    let tree = traced(|| {
        takes(Traced(1));
        assert!(block_on(fails()).is_err());
    });
    assert_eq!(
        tree,
        "takes [LLM] ok in={\"value\":2} out=2
helper [CHAIN] ok in=1 out=2
helper [CHAIN] ok in=1 out=2
fails [CHAIN] error(Shown: shown 2) in={}
  !exception | integration::reentrancy::Shown | shown 2
helper [CHAIN] ok in=1 out=2
"
    );
}

#[chain(name = format!("named {}", helper(n)), attributes(more = helper(n)))]
fn options(n: u32) {
    current_span().record_error(&Shown(n));
}

#[test]
fn option_calling_a_traced_function_records_both() {
    let tree = traced(|| options(3));
    assert_eq!(
        tree,
        "helper [CHAIN] ok in=3 out=4
named 4 [CHAIN] error(Shown: shown 4) in=3
  !shown
  !exception | integration::reentrancy::Shown | shown 4
  helper [CHAIN] ok in=3 out=4
helper [CHAIN] ok in=3 out=4
"
    );
}

struct CallsWhenDropped;

impl Drop for CallsWhenDropped {
    fn drop(&mut self) {
        helper(7);
    }
}

#[chain]
fn drops(_kept: u8) -> usize {
    let _local = CallsWhenDropped;
    0
}

#[chain(skip_all, skip_output)]
fn returns_it(value: CallsWhenDropped) -> CallsWhenDropped {
    value
}

#[test]
fn destructor_calling_a_traced_function_records_both() {
    let program = Program::start();
    drops(1);
    drop(returns_it(CallsWhenDropped));
    assert_eq!(
        program.tree(),
        "drops [CHAIN] ok in=1 out=0
  helper [CHAIN] ok in=7 out=8
returns_it [CHAIN] ok
helper [CHAIN] ok in=7 out=8
"
    );
}

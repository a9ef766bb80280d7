//! An item other than a function is rejected. The item stays, so its use compiles.

#[trace_runtime::chain] //~ ERROR expected a function
struct S;

fn main() {
    let _ = S;
}

//! The attribute is for functions only. The item is kept, so no other error follows.

#[trace_runtime::chain] //~ ERROR expected a function
struct S;

fn main() {
    let _ = S;
}

//! The attribute is for functions; the item is still there.

#[trace_runtime::chain] //~ ERROR expected a function
struct S;

fn main() {
    let _ = S;
}

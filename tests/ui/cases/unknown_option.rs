//! The error for a typo suggests the nearest option and lists the accepted ones. The function is
//! kept, so no other error follows.

#[trace_runtime::chain(nmae = "a")] //~ ERROR unknown option `nmae`
fn f() {}

fn main() {
    f();
}

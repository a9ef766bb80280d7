//! A typo is underlined, and answered with the nearest option and all that are accepted; the
//! function is still there.

#[trace_runtime::chain(nmae = "a")] //~ ERROR unknown option `nmae`
fn f() {}

fn main() {
    f();
}

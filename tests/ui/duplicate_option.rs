//! The second of two equal options is underlined.

#[trace_runtime::chain(root, skip_all, root)] //~ ERROR option `root` is given twice
fn f() {}

fn main() {
    f();
}

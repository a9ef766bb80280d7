//! The error underlines the second of two equal options.

#[trace_runtime::chain(root, skip_all, root)] //~ ERROR option `root` is given twice
fn f() {}

fn main() {
    f();
}

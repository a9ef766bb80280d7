//! An option that is given twice is underlined where it is given again.

#[trace_runtime::chain(root, skip_all, root)] //~ ERROR option `root` is given twice
fn f() {}

fn main() {
    f();
}

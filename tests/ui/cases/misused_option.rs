//! An option with the wrong syntax is reported together with the correct syntax.

#[trace_runtime::chain(name("a"))] //~ ERROR option `name` takes a value
fn a() {}

#[trace_runtime::chain(root = true)] //~ ERROR option `root` takes no value
fn b() {}

#[trace_runtime::chain(skip = x)] //~ ERROR option `skip` takes a list in parentheses
fn c(x: u8) {}

fn main() {
    a();
    b();
    c(1);
}

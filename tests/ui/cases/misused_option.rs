//! An option with the wrong syntax is reported together with the correct syntax.

#[trace_runtime::chain(name("a"))] //~ ERROR option `name` takes a value
fn a() {}

#[trace_runtime::chain(root = true)] //~ ERROR option `root` takes no value
fn b() {}

#[trace_runtime::chain(skip = x)] //~ ERROR option `skip` takes a list in parentheses
fn c(x: u8) {}

#[trace_runtime::chain(attributes(a.b = 1))] //~ ERROR an attribute key with a dot must be a string
fn d() {}

fn main() {
    d();
    a();
    b();
    c(1);
}

//! `definition` takes the name of a constant, and the function must not be generic.

use trace_runtime::tool;

#[tool(definition)] //~ ERROR option `definition` takes a value
fn a() {}

#[tool(definition = "B")] //~ ERROR expected the name of the constant to make
fn b() {}

#[tool(definition = C)] //~ ERROR a generic function has no one definition
fn c<T>(
    /// A comment that the function cannot keep
    t: T,
) -> T {
    t
}

fn main() {
    a();
    b();
    c(1);
}

//! `definition` takes a name for a new constant, and the function may not be generic.

use trace_runtime::tool;

#[tool(definition)] //~ ERROR option `definition` takes a value
fn a() {}

#[tool(definition = "B")] //~ ERROR expected a name for the constant
fn b() {}

#[tool(definition = C)] //~ ERROR a generic function cannot have a constant definition
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

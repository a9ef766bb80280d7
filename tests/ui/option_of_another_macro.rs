//! `description` is an option of tools alone.

#[trace_runtime::agent(description = "d")] //~ ERROR unknown option `description` of `#[agent]`
fn f() {}

fn main() {
    f();
}

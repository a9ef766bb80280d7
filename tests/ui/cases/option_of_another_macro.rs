//! `description` is an option of `#[tool]` only.

#[trace_runtime::agent(description = "d")] //~ ERROR unknown option `description` for `#[agent]`
fn f() {}

fn main() {
    f();
}

//! `skip` names an argument that does not exist.

#[trace_runtime::chain(skip(promt))] //~ ERROR no argument `promt` to skip
fn f(prompt: &str) {
    let _ = prompt;
}

fn main() {
    f("x");
}

//! `skip` names an argument that is not there.

#[trace_runtime::chain(skip(promt))] //~ ERROR no argument `promt` to skip
fn f(prompt: &str) {
    let _ = prompt;
}

fn main() {
    f("x");
}

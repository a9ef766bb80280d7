//! `skip` rejects a name that is not an argument of the function.

#[trace_runtime::chain(skip(promt))] //~ ERROR no argument `promt` to skip
fn f(prompt: &str) {
    let _ = prompt;
}

fn main() {
    f("x");
}

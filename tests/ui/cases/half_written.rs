//! A body with a syntax error causes the error of the compiler and no error of the macro.

#[trace_runtime::chain]
async fn f(text: &str) -> usize {
    let length = text.
}

fn main() {
    let _ = f("x");
}

//! A body with a syntax error yields the compiler's error for it and no other.

#[trace_runtime::chain]
async fn f(text: &str) -> usize {
    let length = text.
}

fn main() {
    let _ = f("x");
}

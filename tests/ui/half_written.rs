//! A body that is still being written yields the user's own error and no other.

#[trace_runtime::chain]
async fn f(text: &str) -> usize {
    let length = text.
}

fn main() {
    let _ = f("x");
}

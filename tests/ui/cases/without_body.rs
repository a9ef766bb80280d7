//! A trait method without a body is rejected. Its implementations can be traced.

trait Asks {
    #[trace_runtime::llm] //~ ERROR a function without a body cannot be traced
    fn ask(&self);
}

struct S;

impl Asks for S {
    fn ask(&self) {}
}

fn main() {
    S.ask();
}

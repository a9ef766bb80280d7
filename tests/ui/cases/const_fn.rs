//! A `const fn` is rejected, because it may run at compile time.

#[trace_runtime::chain] //~ ERROR a `const fn` cannot be traced
const fn f() -> u8 {
    1
}

fn main() {
    const _: u8 = f();
}

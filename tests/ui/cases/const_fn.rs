//! A `const fn` cannot be traced, because it may run in the compiler.

#[trace_runtime::chain] //~ ERROR a `const fn` cannot be traced
const fn f() -> u8 {
    1
}

fn main() {
    const _: u8 = f();
}

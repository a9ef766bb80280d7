//! `collect` is rejected on a function that does not return a stream.

fn join(_: &mut String, _: &u8) {}

#[trace_runtime::chain(collect = join)] //~ ERROR `collect` needs a function that returns
fn f() -> u8 {
    1
}

fn main() {
    f();
}

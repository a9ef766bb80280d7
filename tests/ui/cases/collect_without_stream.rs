//! `collect` is an option for functions that return a stream.

fn join(_: &mut String, _: &u8) {}

#[trace_runtime::chain(collect = join)] //~ ERROR `collect` is for functions that return
fn f() -> u8 {
    1
}

fn main() {
    f();
}

//! All mistakes of one annotation are reported in one build, without further errors.

#[trace_runtime::tool(nmae = "a", root = 1, skip(client), parameter = 1)]
//~^ ERROR four messages
fn f(a: u8) -> u8 {
    a
}

fn main() {
    let _: u8 = f(1);
}

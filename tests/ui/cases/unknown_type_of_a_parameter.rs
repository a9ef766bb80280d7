//! An unknown type in the signature causes the error of the compiler and no error of the macro.

#[trace_runtime::tool(definition = LOOK_UP)]
fn look_up(topic: Missing) {} //~ ERROR cannot find type `Missing`

fn main() {
    look_up(1);
}

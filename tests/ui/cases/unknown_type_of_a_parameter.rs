//! An unknown type yields the compiler's error for it and no other.

#[trace_runtime::tool(definition = LOOK_UP)]
fn look_up(topic: Missing) {} //~ ERROR cannot find type `Missing`

fn main() {
    look_up(1);
}

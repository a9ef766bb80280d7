//! A type that the compiler does not know is its error alone.

#[trace_runtime::tool(definition = LOOK_UP)]
fn look_up(topic: Missing) {} //~ ERROR cannot find type `Missing`

fn main() {
    look_up(1);
}

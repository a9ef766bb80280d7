//! A value of the wrong type is underlined itself, not the attribute.

struct Other;

#[trace_runtime::chain(attributes(a = Other))] //~ ERROR `Other` cannot be an attribute
fn a() {}

#[trace_runtime::chain(name = 1 + 1)] //~ ERROR cannot be a span's name
fn b() {}

#[trace_runtime::chain(parent = Other)] //~ ERROR `Other` cannot be a parent
fn c() {}

fn main() {
    a();
    b();
    c();
}

//! Functions with findings of rustc and clippy. `same_findings` compares those of the traced and the
//! untraced form. All `warn` here, since an error would hide the findings after it.
#![warn(unreachable_pub, clippy::all, clippy::pedantic)]
#![allow(
    clippy::must_use_candidate,
    clippy::used_underscore_binding,
    clippy::missing_panics_doc,
    reason = "they would be the most frequent findings, and depend on signatures only"
)]

// Packages of this workspace know the runtime under another name.
extern crate renamed as trace_runtime;

mod arguments;
mod bodies;
mod futures;
mod items;
mod returned;

pub fn main() {
    items::use_some();
    arguments::use_all();
    bodies::use_all();
    drop(futures::use_all());
    returned::use_all();
}

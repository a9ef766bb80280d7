//! Tests that expand macros in process, without a compiler: `messages` for mistakes, `generated`
//! for correct annotations, `traced` for `traced!`, and `snapshots` for whole expansions.

mod generated;
mod messages;
mod snapshots;
mod traced;

use proc_macro2::TokenStream;
use syn::LitStr;

/// Returns the messages of the `compile_error!`s in an expansion, in order.
fn compile_errors(expanded: &TokenStream) -> Vec<String> {
    let expanded = expanded.to_string();
    let invocations = expanded.split("compile_error ! {").skip(1);
    let quoted = invocations.map(|rest| rest.split_once('}').map_or("", |(message, _)| message));
    let literal = |text: &str| syn::parse_str::<LitStr>(text.trim()).expect("a message").value();
    quoted.map(literal).collect()
}

//! Where the runtime crate is: the only place that spells its name.

use crate::options::Options;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

/// The path of the runtime: `::trace_runtime`, or what `crate = ..` says.
pub(crate) fn runtime_path(options: &Options) -> TokenStream {
    match options.crate_path.get() {
        Some(path) => path.to_token_stream(),
        None => quote!(::trace_runtime),
    }
}

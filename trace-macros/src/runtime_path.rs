//! The path of the runtime crate. No other file spells its name.

use crate::options::Options;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

/// Returns `::trace_runtime`, or the path of the option `crate = ..`, which a crate needs that
/// re-exports the runtime under another name.
pub(crate) fn runtime_path(options: &Options) -> TokenStream {
    options.crate_path.get().map_or_else(|| quote!(::trace_runtime), ToTokens::to_token_stream)
}

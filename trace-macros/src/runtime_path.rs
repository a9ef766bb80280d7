//! Where the runtime crate is: the only place that spells its name.

use crate::options::Options;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

/// The path of the runtime: `::trace_runtime`, or what `crate = ..` says.
pub(crate) fn runtime_path(options: &Options) -> TokenStream {
    options.crate_path.get().map_or_else(|| quote!(::trace_runtime), ToTokens::to_token_stream)
}

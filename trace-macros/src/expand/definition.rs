//! The definition of a tool, as an item beside the function.

use super::Traced;
use crate::documentation::documentation;
use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;

impl Traced<'_> {
    /// Output: `pub const WEATHER: ToolDefinition = definition!("weather", "The weather", ..);`,
    /// with the function's visibility and conditions.
    pub(super) fn definition(&self) -> Option<TokenStream> {
        let constant = self.options.definition.get()?;
        let (runtime, parameters) = (&self.runtime, self.parameters.as_ref()?);
        let (options, function) = (self.options, self.function);
        let visibility = &function.visibility;
        let conditions =
            function.attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"));
        let allowed = function.attributes.iter().filter_map(|attribute| {
            let is_lint = attribute.path().is_ident("allow") || attribute.path().is_ident("expect");
            let lints = attribute.meta.require_list().ok().filter(|_| is_lint)?;
            let lints = &lints.tokens;
            Some(quote!(#[allow(#lints)]))
        });
        let own_name = function.signature.ident.unraw().to_string();
        let name = options.name.get().map_or(quote!(#own_name), |name| quote!(#name));
        let comment = documentation(&function.attributes);
        let description = options.description.get();
        let description = description.map_or(quote!(#comment), |text| quote!(#text));
        let definition = if let Some(given) = options.parameters.get() {
            quote!(given_definition!(#name, #description, #given))
        } else {
            quote!(definition!(#name, #description, #parameters))
        };
        let about = format!("The definition of the tool `{own_name}`.");
        Some(quote! {
            #(#conditions)*
            #(#allowed)*
            #[doc = #about]
            #visibility const #constant: #runtime::ToolDefinition =
                #runtime::__private::#definition;
        })
    }
}

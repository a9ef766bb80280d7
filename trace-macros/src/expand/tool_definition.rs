//! Emits the definition of a tool, for the option `definition = NAME`.

use super::TracedFunction;
use crate::outer_attributes::{cfg_attributes, doc_comment};
use proc_macro2::TokenStream;
use quote::quote;
use syn::Attribute;
use syn::ext::IdentExt;

impl TracedFunction<'_> {
    /// Returns a constant that precedes the function, or `None` without the option. It has the
    /// visibility of the function.
    ///
    /// Input: `#[tool(definition = WEATHER)] /** The weather */ pub fn weather(city: &str) { .. }`.
    /// Output: `pub const WEATHER: ToolDefinition = definition!("weather", "The weather", [..]);`.
    pub(super) fn tool_definition(&self) -> Option<TokenStream> {
        let constant = self.options.definition.get()?;
        let (runtime, parameters) = (&self.runtime, self.tool_parameters.as_ref()?);
        let (options, function) = (self.options, self.function);
        let visibility = &function.visibility;
        let cfg_attributes = cfg_attributes(&function.attributes);
        let lint_attributes = function.attributes.iter().filter_map(allowed_lints);
        let function_name = function.signature.ident.unraw().to_string();
        let name = options.name.get().map_or(quote!(#function_name), |name| quote!(#name));
        let comment = doc_comment(&function.attributes);
        let description = options.description.get();
        let description = description.map_or(quote!(#comment), |text| quote!(#text));
        let definition = if let Some(schema) = options.parameters.get() {
            quote!(given_definition!(#name, #description, #schema))
        } else {
            quote!(definition!(#name, #description, #parameters))
        };
        let doc = format!("The definition of the tool `{function_name}`.");
        Some(quote! {
            #(#cfg_attributes)*
            #(#lint_attributes)*
            #[doc = #doc]
            #visibility const #constant: #runtime::tool::ToolDefinition =
                #runtime::__private::#definition;
        })
    }
}

/// Returns the lints that the function allows, for the constant, which names the same types.
///
/// Input: `#[expect(deprecated)]`. Output: `#[allow(deprecated)]`, because an `expect` is a warning
/// itself where the constant does not cause the lint.
fn allowed_lints(attribute: &Attribute) -> Option<TokenStream> {
    let is_lint_level = attribute.path().is_ident("allow") || attribute.path().is_ident("expect");
    let lints = attribute.meta.require_list().ok().filter(|_| is_lint_level)?;
    let lints = &lints.tokens;
    Some(quote!(#[allow(#lints)]))
}

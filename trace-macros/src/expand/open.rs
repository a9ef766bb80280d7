//! The call site, and the opening of the span with its options.

use super::{Traced, generated};
use crate::arguments::Argument;
use crate::documentation::documentation;
use crate::shape;
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::Expr;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

impl Traced<'_> {
    fn call_site(&self) -> TokenStream {
        let runtime = &self.runtime;
        let kind = self.kind.variant();
        let function = &self.function.signature.ident;
        let name = function.unraw().to_string();
        let (span_name, is_named) = match self.options.name.get() {
            Some(literal @ Expr::Lit(_)) => (quote!(#literal), true),
            _ => (quote!(#name), false),
        };
        let documentation = documentation(&self.function.attributes);
        let line = quote_spanned!(function.span()=> ::core::line!());
        quote! {
            const {
                &#runtime::__private::call_site!(
                    #kind, #span_name, #is_named, #name, #line, #documentation
                )
            }
        }
    }

    /// Opens the span: the first closure runs before sampling, the second only if it records.
    /// `how` is the runtime's `open`, or `open_later` for a span that begins later.
    pub(super) fn open(&self, how: &str) -> TokenStream {
        let (runtime, how) = (&self.runtime, format_ident!("{how}"));
        let site = self.call_site();
        let (start, start_options) = (generated("start"), self.start_options());
        let (record, record_options) = (generated("record"), self.record_options());
        quote! {
            #runtime::__private::#how(
                #site,
                |#start| { #start_options },
                |#record| { #record_options },
            )
        }
    }

    fn start_options(&self) -> TokenStream {
        let start = generated("start");
        let options = self.options;
        let method = shape::knows_self_type(&self.function.signature)
            .then(|| quote!(#start.method_of::<Self>();));
        // A literal is in the call site already.
        let name = options.name.get().filter(|name| !matches!(name, Expr::Lit(_)));
        let name = name.map(|name| quote_spanned!(name.span()=> #start.name(&(#name));));
        let parent = options.parent.get();
        let parent =
            parent.map(|parent| quote_spanned!(parent.span()=> #start.parent(&(#parent));));
        let root = options.root.get().map(|()| quote!(#start.root();));
        let unused = quote!(let _ = #start;);
        quote!(#method #name #parent #root #unused)
    }

    fn record_options(&self) -> TokenStream {
        let (runtime, record, options) = (&self.runtime, generated("record"), self.options);
        let arguments = self.recorded.iter().map(|argument| self.argument(argument));
        let input = options
            .input
            .get()
            .map(|input| quote!(#record.input(#runtime::__private::capture!(#input));));
        let no_input = options.skip_all.get().map(|()| quote!(#record.no_input();));
        let values = [
            ("model", &options.model),
            ("provider", &options.provider),
            ("description", &options.description),
        ];
        let values = values.into_iter().filter_map(|(method, value)| {
            let (method, value) = (format_ident!("{method}"), value.get()?);
            Some(quote_spanned!(value.span()=> #record.#method(&(#value));))
        });
        let parameters = match (options.parameters.get(), &self.parameters) {
            (Some(given), _) => {
                quote!(#record.parameters(#runtime::__private::capture!(#given));)
            }
            (None, Some(derived)) => {
                quote!(#runtime::__private::parameters!(#record, #derived);)
            }
            (None, None) => TokenStream::new(),
        };
        let attributes = options.attributes.get().into_iter().flatten().map(|attribute| {
            let (key, value) = (&attribute.key, &attribute.value);
            quote_spanned!(value.span()=> #record.attribute(#key, &(#value));)
        });
        let unused = quote!(let _ = #record;);
        quote!(#(#arguments)* #input #no_input #(#values)* #parameters #(#attributes)* #unused)
    }

    fn argument(&self, argument: &Argument) -> TokenStream {
        let (runtime, record) = (&self.runtime, generated("record"));
        let Argument { binding, conditions } = argument;
        let name = binding.unraw().to_string();
        // An argument that the body does not use is recorded all the same.
        let allowed =
            name.starts_with('_').then(|| quote!(#[allow(clippy::used_underscore_binding)]));
        quote! {
            #(#conditions)*
            #allowed
            #record.argument(#name, #runtime::__private::capture!(#binding));
        }
    }
}

//! Emits the call that opens the span, with the call site and the options.

use super::{TracedFunction, generated_ident};
use crate::arguments::{Argument, Source};
use crate::options::Options;
use crate::outer_attributes::doc_comment;
use crate::signature::can_name_self;
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::Expr;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

impl TracedFunction<'_> {
    /// Output: `open(const { &call_site!(..) }, |start| { .. }, |record| { .. })`.
    ///
    /// The first closure runs before the sampling decision, which depends on the name and the
    /// parent. The second runs only if the span records, so a span that is not sampled does not pay
    /// for its input.
    ///
    /// `runtime_function` is `open`, or `open_later` for a span that begins when the returned
    /// future or stream is first polled.
    pub(super) fn open(&self, runtime_function: &str) -> TokenStream {
        let (runtime, open) = (&self.runtime, format_ident!("{runtime_function}"));
        let call_site = self.call_site();
        let (start, start_calls) = (generated_ident("start"), self.start_calls());
        let (record, record_calls) = (generated_ident("record"), self.record_calls());
        quote! {
            #runtime::__private::#open(
                #call_site,
                |#start| { #start_calls },
                |#record| { #record_calls },
            )
        }
    }

    /// Output: `const { &call_site!(Llm, "span name", true, "function", line!(), "doc comment") }`.
    ///
    /// The third argument is true if the option `name` set the span's name. The constant holds
    /// everything about the function that is known at compile time, so that opening a span only
    /// copies a reference.
    fn call_site(&self) -> TokenStream {
        let runtime = &self.runtime;
        let kind = self.kind.runtime_variant();
        let function = &self.function.signature.ident;
        let function_name = function.unraw().to_string();
        let (span_name, is_named) = match self.options.name.get() {
            Some(literal @ Expr::Lit(_)) => (quote!(#literal), true),
            _ => (quote!(#function_name), false),
        };
        let doc_comment = doc_comment(&self.function.attributes);
        // `line!()` has the position of the function. Otherwise it would be the line of the
        // attribute.
        let line = quote_spanned!(function.span()=> ::core::line!());
        quote! {
            const {
                &#runtime::__private::call_site!(
                    #kind, #span_name, #is_named, #function_name, #line, #doc_comment
                )
            }
        }
    }

    /// Output: `start.method_of::<Self>(); start.name(&(format!("{topic}"))); start.root();`.
    fn start_calls(&self) -> TokenStream {
        let start = generated_ident("start");
        let method_of =
            can_name_self(&self.function.signature).then(|| quote!(#start.method_of::<Self>();));
        let options = start_options(self.options);
        // Without any call, the closure would not use its argument, and the compiler would warn.
        quote!(#method_of #options let _ = #start;)
    }

    /// Output: `record.argument("prompt", capture!(prompt)); record.model(&(model));`.
    fn record_calls(&self) -> TokenStream {
        let record = generated_ident("record");
        let arguments = self.arguments.iter().map(|argument| self.record_argument(argument));
        let options = record_options(&self.runtime, self.options, self.tool_parameters.as_ref());
        quote!(#(#arguments)* #options let _ = #record;)
    }

    /// Output: `record.argument("prompt", capture!(prompt));`, or for a part of an argument
    /// `{ let (a, b) = &whole; record.argument("a", capture!(*a)); }`.
    fn record_argument(&self, argument: &Argument) -> TokenStream {
        let (runtime, record) = (&self.runtime, generated_ident("record"));
        let Argument { binding, source, cfg_attributes } = argument;
        let name = binding.unraw().to_string();
        // For clippy, an underscore marks an argument that is not used, but the span records it.
        let allow =
            name.starts_with('_').then(|| quote!(#[allow(clippy::used_underscore_binding)]));
        match source {
            Source::Part { pattern, whole } => quote! {
                #(#cfg_attributes)*
                {
                    #[allow(unused_variables, clippy::pattern_type_mismatch)]
                    let #pattern = &#whole;
                    #record.argument(#name, #runtime::__private::capture!(*#binding));
                }
            },
            Source::Binding | Source::Moved => quote! {
                #(#cfg_attributes)*
                #allow
                #record.argument(#name, #runtime::__private::capture!(#binding));
            },
        }
    }
}

/// Output: `start.name(&(format!("{topic}"))); start.root();`, for the options that are evaluated
/// before the sampling decision.
///
/// Each call has the position of the expression in the annotation, so that the compiler underlines
/// the expression if its type does not fit.
pub(crate) fn start_options(options: &Options) -> TokenStream {
    let start = generated_ident("start");
    // A literal name is part of the call site.
    let name = options.name.get().filter(|name| !matches!(name, Expr::Lit(_)));
    let name = name.map(|name| quote_spanned!(name.span()=> #start.name(&(#name));));
    let parent = options.parent.get();
    let parent = parent.map(|parent| quote_spanned!(parent.span()=> #start.parent(&(#parent));));
    let root = options.root.get().map(|()| quote!(#start.root();));
    let scope = [("session", &options.session), ("user", &options.user)];
    let scope = scope.into_iter().filter_map(|(method, value)| {
        let (method, value) = (format_ident!("{method}"), value.get()?);
        Some(quote_spanned!(value.span()=> #start.#method(&(#value));))
    });
    quote!(#name #parent #root #(#scope)*)
}

/// Output: `record.model(&(model));`, for the options that are evaluated only if the span records.
/// `tool_parameters` are those of the signature.
pub(crate) fn record_options(
    runtime: &TokenStream,
    options: &Options,
    tool_parameters: Option<&TokenStream>,
) -> TokenStream {
    let record = generated_ident("record");
    let input = options.input.get();
    let input = input.map(|input| quote!(#record.input(#runtime::__private::capture!(#input));));
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
    let tool_parameters = match (options.parameters.get(), tool_parameters) {
        (Some(schema), _) => {
            quote!(#record.parameters(#runtime::__private::capture!(#schema));)
        }
        (None, Some(parameters)) => {
            quote!(#runtime::__private::parameters!(#record, #parameters);)
        }
        (None, None) => TokenStream::new(),
    };
    let attributes = options.attributes.get().into_iter().flatten().map(|attribute| {
        let (key, value) = (&attribute.key, &attribute.value);
        quote_spanned!(value.span()=> #record.attribute(#key, &(#value));)
    });
    quote!(#input #no_input #(#values)* #tool_parameters #(#attributes)*)
}

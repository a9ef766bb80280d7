//! Emits the call into the runtime that evaluates a traced expression in a span.

use super::call::{Call, CapturedArgument, Source};
use super::control_flow::ControlFlow;
use crate::expand::{generated_ident, record_options, start_options};
use crate::kind::Kind;
use crate::options::Options;
use crate::runtime_path::runtime_path;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Expr;

/// The input of the template.
pub(super) struct TracedCall<'a> {
    pub(super) kind: Kind,
    pub(super) options: &'a Options,
    pub(super) call: Call,
    /// The expression, with variables in place of the arguments that are bound.
    pub(super) body: TokenStream,
    pub(super) control_flow: ControlFlow,
}

impl TracedCall<'_> {
    /// Input: `traced!(llm, client.chat(request, 1 + 2).await)`. Output:
    /// ```text
    /// in_call_async(
    ///     prepare_call(const { &traced_site!(..) }, |start| { .. }, |record, arguments| { .. }),
    ///     (1 + 2,),
    ///     async |(arg1,)| client.chat(request, arg1).await,
    ///     |(arg1,), arguments| { arguments.add(1, "arg1", capture!(*arg1)); },
    ///     |returned, span| finish_call!(returned, span),
    /// ).await
    /// ```
    ///
    /// The closure with the call precedes the one that captures, since the compiler infers the
    /// types of the bound arguments from the call.
    pub(super) fn expand(&self) -> TokenStream {
        let runtime = runtime_path(self.options);
        let (prepare, finish) = (self.prepare(&runtime), self.finish(&runtime));
        let arguments = generated_ident("arguments");
        let variables = self.call.bound.iter().map(|bound| &bound.variable);
        let variables = quote!((#(#variables,)*));
        let values = self.call.bound.iter().map(|bound| &bound.value);
        let body = &self.body;
        let record = self.call.captured.iter().filter_map(|argument| match &argument.source {
            Source::Bound(variable) => Some(add_argument(&runtime, argument, &quote!(*#variable))),
            Source::InPlace(_) => None,
        });
        let unused = self.call.bound.iter().map(|bound| &bound.variable);
        let record = quote! {
            |#variables, #arguments| { #(#record)* let _ = (#arguments, #(#unused,)*); }
        };
        let values = quote!((#(#values,)*));
        if self.control_flow.has_await {
            quote! {
                #runtime::__private::in_call_async(
                    #prepare, #values, async |#variables| #body, #record, #finish,
                ).await
            }
        } else {
            quote! {
                #runtime::__private::in_call(
                    #prepare, #values, |#variables| #body, #record, #finish,
                )
            }
        }
    }

    /// Output: `prepare_call(const { &traced_site!(..) }, |start| { .. }, |record, arguments| ..)`.
    fn prepare(&self, runtime: &TokenStream) -> TokenStream {
        let Call { name, path, span, captured, has_arguments, .. } = &self.call;
        let kind = self.kind.runtime_variant();
        let (name, is_named) = match self.options.name.get() {
            Some(literal @ Expr::Lit(_)) => (quote!(#literal), true),
            _ => (quote!(#name), false),
        };
        let line = quote_spanned!(*span=> ::core::line!());
        let (start, record) = (generated_ident("start"), generated_ident("record"));
        let arguments = generated_ident("arguments");
        let start_options = start_options(self.options);
        let record_options = record_options(runtime, self.options, None);
        let no_input =
            (!has_arguments && !self.options.input.is_set()).then(|| quote!(#record.no_input();));
        let in_place = captured.iter().filter_map(|argument| match &argument.source {
            Source::InPlace(value) => Some(add_argument(runtime, argument, value)),
            Source::Bound(_) => None,
        });
        quote! {
            #runtime::__private::prepare_call(
                const {
                    &#runtime::__private::traced_site!(#kind, #name, #is_named, #path, #line)
                },
                |#start| { #start_options let _ = #start; },
                |#record, #arguments| {
                    #no_input #record_options #(#in_place)* let _ = (#record, #arguments);
                },
            )
        }
    }

    /// Returns the closure that ends the span, or moves it into the returned stream.
    ///
    /// Output: `|returned, span| finish_call!(returned, span)`, with `, skip` for the option
    /// `skip_output` and `, collect path` for the option `collect`. With `output = f` it is that of
    /// a function, `finish!(returned, span, with f)`: a stream that is read by `f` keeps its type.
    fn finish(&self, runtime: &TokenStream) -> TokenStream {
        let (returned, span) = (generated_ident("returned"), generated_ident("span"));
        let options = self.options;
        let finish = if let Some(output) = options.output.get() {
            quote!(finish!(#returned, #span, with #output))
        } else if let Some(collect) = options.collect.get() {
            quote!(finish_call!(#returned, #span, collect #collect))
        } else if options.skip_output.is_set() {
            quote!(finish_call!(#returned, #span, skip))
        } else {
            quote!(finish_call!(#returned, #span))
        };
        quote!(|#returned, #span| #runtime::__private::#finish)
    }
}

/// Output: `arguments.add(0, "request", capture!(request));`.
fn add_argument(
    runtime: &TokenStream,
    CapturedArgument { position, name, .. }: &CapturedArgument,
    value: &TokenStream,
) -> TokenStream {
    let arguments = generated_ident("arguments");
    quote!(#arguments.add(#position, #name, #runtime::__private::capture!(#value));)
}

//! Writes the traced function: the head as it was, then one call into the runtime around the body.

use crate::arguments;
use crate::errors::Errors;
use crate::function::Function;
use crate::kind::Kind;
use crate::options::Options;
use crate::runtime_path::runtime_path;
use crate::shape::{self, Shape};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, Lit, Meta, Type};

/// The traced function, or the function as it was beside every mistake found.
pub(crate) fn expand(kind: Kind, options: TokenStream, item: &TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let options = Options::parse(kind, options, &mut errors);
    let traced = match syn::parse2::<Function>(item.clone()) {
        Ok(function) => {
            shape::validate(kind, &function, &mut errors);
            let recorded = arguments::recorded(&function.signature, &options, &mut errors);
            Traced { kind, options: &options, function: &function, recorded }.expand()
        }
        Err(error) => {
            errors.push_error(error);
            TokenStream::new()
        }
    };
    match errors.into_compile_errors() {
        None => traced,
        Some(errors) => quote!(#errors #item),
    }
}

/// Everything the templates need. Nothing can fail from here on.
struct Traced<'a> {
    kind: Kind,
    options: &'a Options,
    function: &'a Function,
    recorded: Vec<Ident>,
}

impl Traced<'_> {
    /// Input: `fn f(a: A) -> R { body }`.
    /// Output: `fn f(a: A) -> R { const SITE = ..; in_span(open(..), move || -> R { body }, ..) }`.
    fn expand(&self) -> TokenStream {
        let head = self.function.head();
        let call_site = self.call_site();
        let body = match Shape::of(&self.function.signature) {
            Shape::Sync => self.sync_body(),
            Shape::Async => self.async_body(),
        };
        quote!(#head { #call_site #body })
    }

    fn sync_body(&self) -> TokenStream {
        let (runtime, open, outcome) = (runtime_path(self.options), self.open(), self.outcome());
        let (returned, body) = (self.returned_type(), &self.function.body);
        quote!(#runtime::__private::in_span(#open, move || -> #returned #body, #outcome))
    }

    fn async_body(&self) -> TokenStream {
        let (runtime, open, outcome) = (runtime_path(self.options), self.open(), self.outcome());
        let body = &self.function.body;
        let expected_type = self.expected_type();
        quote! {
            #runtime::__private::in_span_async(#open, async move { #expected_type #body }, #outcome)
                .await
        }
    }

    /// A return that never happens, so that the body is checked against the declared type.
    fn expected_type(&self) -> TokenStream {
        let (runtime, returned) = (runtime_path(self.options), self.returned_type());
        if matches!(returned, Type::Never(_)) {
            return TokenStream::new();
        }
        let value = generated("value");
        quote! {
            if let #runtime::__private::Some(#value) =
                #runtime::__private::never_returned::<#returned>()
            {
                return #value;
            }
        }
    }

    fn returned_type(&self) -> Type {
        shape::returned_type(&self.function.signature)
    }

    fn call_site(&self) -> TokenStream {
        let runtime = runtime_path(self.options);
        let (kind, site) = (self.kind.variant(), generated("CALL_SITE"));
        let function = &self.function.signature.ident;
        let name = function.unraw().to_string();
        let (span_name, is_named) = match self.options.name.get() {
            Some(literal @ Expr::Lit(_)) => (quote!(#literal), true),
            _ => (quote!(#name), false),
        };
        let documentation = documentation(&self.function.attributes);
        let line = quote_spanned!(function.span()=> ::core::line!());
        quote! {
            const #site: #runtime::__private::CallSite =
                #runtime::__private::call_site!(
                    #kind, #span_name, #is_named, #name, #line, #documentation
                );
        }
    }

    /// Opens the span: the first closure runs before sampling, the second only if it records.
    fn open(&self) -> TokenStream {
        let runtime = runtime_path(self.options);
        let site = generated("CALL_SITE");
        let (start, start_options) = (generated("start"), self.start_options());
        let (record, record_options) = (generated("record"), self.record_options());
        quote! {
            #runtime::__private::open(
                &#site,
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
        let name = name.map(|name| quote_spanned!(name.span()=> #start.name(&#name);));
        let parent = options
            .parent
            .get()
            .map(|parent| quote_spanned!(parent.span()=> #start.parent(&#parent);));
        let root = options.root.get().map(|()| quote!(#start.root();));
        let unused = quote!(let _ = #start;);
        quote!(#method #name #parent #root #unused)
    }

    fn record_options(&self) -> TokenStream {
        let (runtime, record, options) =
            (runtime_path(self.options), generated("record"), self.options);
        let arguments = self.recorded.iter().map(|argument| {
            let name = argument.unraw().to_string();
            quote! {
                // An argument that the body does not use is recorded all the same.
                #[allow(clippy::used_underscore_binding)]
                #record.argument(#name, #runtime::__private::capture!(#argument));
            }
        });
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
            Some(quote_spanned!(value.span()=> #record.#method(&#value);))
        });
        let parameters = options.parameters.get().map(
            |parameters| quote!(#record.parameters(#runtime::__private::capture!(#parameters));),
        );
        let attributes = options.attributes.get().into_iter().flatten().map(|attribute| {
            let (key, value) = (&attribute.key, &attribute.value);
            quote_spanned!(value.span()=> #record.attribute(#key, &#value);)
        });
        let unused = quote!(let _ = #record;);
        quote!(#(#arguments)* #input #no_input #(#values)* #parameters #(#attributes)* #unused)
    }

    /// A closure that reads the returned value; it runs only if the span records.
    fn outcome(&self) -> TokenStream {
        let (runtime, returned) = (runtime_path(self.options), generated("returned"));
        let how = match (self.options.output.get(), self.options.skip_output.is_set()) {
            (Some(output), _) => quote!(, with #output),
            (None, true) => quote!(, skip),
            (None, false) => TokenStream::new(),
        };
        quote!(|#returned| #runtime::__private::outcome!(#returned #how))
    }
}

/// A name that user code cannot see or shadow.
fn generated(name: &str) -> Ident {
    let prefixed = if name.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_') {
        format!("__TRACE_{name}")
    } else {
        format!("__trace_{name}")
    };
    Ident::new(&prefixed, Span::mixed_site())
}

/// The doc comment as one text.
fn documentation(attributes: &[Attribute]) -> String {
    let lines: Vec<String> = attributes.iter().filter_map(documentation_line).collect();
    lines.join("\n").trim().to_owned()
}

fn documentation_line(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(meta) = &attribute.meta else {
        return None;
    };
    let Expr::Lit(ExprLit { lit: Lit::Str(line), .. }) = &meta.value else {
        return None;
    };
    let line = line.value();
    meta.path.is_ident("doc").then(|| line.strip_prefix(' ').unwrap_or(&line).trim_end().to_owned())
}

//! The body, handed to the runtime: one template for each shape.

use super::{Traced, generated};
use crate::shape::{self, Form, Lazy, LazyKind, Shape};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Type;

impl Traced<'_> {
    pub(super) fn body(&self) -> TokenStream {
        match Shape::of(&self.function.signature) {
            Shape::Sync => self.in_span(),
            Shape::Async => self.in_span_async(),
            Shape::Later(lazy) => self.in_span_later(&lazy),
            Shape::AsyncStream(lazy) => self.in_span_async_stream(&lazy),
        }
    }

    /// Output: `in_span(open(..), move || -> R { body }, |returned| outcome!(returned))`.
    fn in_span(&self) -> TokenStream {
        let (runtime, open, outcome) = (&self.runtime, self.open("open"), self.outcome());
        let (returned, body) = (self.returned_type(), &self.function.body);
        quote!(#runtime::__private::in_span(#open, move || -> #returned #body, #outcome))
    }

    /// Output: `in_span_async(async move { .. body }, |returned| outcome!(returned)).await`.
    fn in_span_async(&self) -> TokenStream {
        let (runtime, body, outcome) = (&self.runtime, self.async_block(), self.outcome());
        quote!(#runtime::__private::in_span_async(#body, #outcome).await)
    }

    /// Output: `async move { hand_over(open(..)).await; body }`. The span is opened inside, where
    /// the arguments are already: borrowed outside, they would be in the future twice.
    fn async_block(&self) -> TokenStream {
        let (runtime, open) = (&self.runtime, self.open("open"));
        let expected_type = self.expected_type();
        // With its braces, so that the compiler's own errors are where they would be without us;
        // but on one line the compiler would find them superfluous.
        let statements = if self.function.body_is_on_one_line() {
            self.function.body.stream()
        } else {
            self.function.body.to_token_stream()
        };
        quote! {
            async move {
                #runtime::__private::hand_over(#open).await;
                #expected_type
                #statements
            }
        }
    }

    /// Output: `in_span_later(open_later(..), move || -> R { body }, |value, span| ..)`.
    fn in_span_later(&self, lazy: &Lazy) -> TokenStream {
        let (runtime, open) = (&self.runtime, self.open("open_later"));
        let (returned, body) = (self.returned_type(), &self.function.body);
        let wrap = self.wrap(lazy);
        quote!(#runtime::__private::in_span_later(#open, move || -> #returned #body, #wrap))
    }

    /// Output: `in_span_async_then(async move { .. body }, |value, span| ..).await`.
    fn in_span_async_stream(&self, lazy: &Lazy) -> TokenStream {
        let (runtime, body, wrap) = (&self.runtime, self.async_block(), self.wrap(lazy));
        quote!(#runtime::__private::in_span_async_then(#body, #wrap).await)
    }

    /// A closure that puts the returned future or stream into the span, keeping its declared type.
    fn wrap(&self, lazy: &Lazy) -> TokenStream {
        let (runtime, returned_type) = (&self.runtime, self.returned_type());
        let (value, span) = (generated("value"), generated("span"));
        let inside = match lazy.kind {
            LazyKind::Future => self.wrap_future(lazy),
            LazyKind::Stream => self.wrap_stream(lazy),
        };
        let inside = match lazy.form {
            Form::Bare => inside,
            Form::Boxed => quote!(#runtime::__private::Box::new(#inside)),
            Form::Pinned => quote!(#runtime::__private::Box::pin(#inside)),
        };
        if !lazy.in_result {
            return quote!(|#value, #span| -> #returned_type { #inside });
        }
        let (result, error) = (generated("result"), generated("error"));
        quote! {
            |#result, #span| -> #returned_type {
                match #result {
                    #runtime::__private::Ok(#value) => #runtime::__private::Ok(#inside),
                    #runtime::__private::Err(#error) => {
                        #span.fail(|| #runtime::__private::failed!(&#error));
                        #runtime::__private::Err(#error)
                    }
                }
            }
        }
    }

    fn wrap_future(&self, lazy: &Lazy) -> TokenStream {
        let (runtime, outcome) = (&self.runtime, self.outcome());
        let (value, span) = (generated("value"), generated("span"));
        let output = &lazy.value;
        quote!(#runtime::__private::future_in_span::<_, #output, _>(#value, #span, #outcome))
    }

    fn wrap_stream(&self, lazy: &Lazy) -> TokenStream {
        let (runtime, value, span) = (&self.runtime, generated("value"), generated("span"));
        let (item, collected) = (generated("item"), generated("collected"));
        let item_type = &lazy.value;
        if let Some(collect) = self.options.collect.get() {
            return quote! {
                #runtime::__private::collected_stream_in_span::<_, #item_type, _, _, _>(
                    #value,
                    #span,
                    |#collected, #item| #runtime::__private::collect!(#collected, #item, #collect),
                    |#collected| #runtime::__private::capture!(*#collected),
                )
            };
        }
        let how = self.options.skip_output.get().map(|()| quote!(, skip));
        let read = quote!(|#item| #runtime::__private::item!(#item #how));
        quote!(#runtime::__private::stream_in_span::<_, #item_type, _>(#value, #span, #read))
    }

    /// A return that never happens, so that the body is checked against the declared type.
    fn expected_type(&self) -> TokenStream {
        let (runtime, value) = (&self.runtime, generated("value"));
        let returned = self.returned_type();
        if matches!(returned, Type::Never(_)) {
            return TokenStream::new();
        }
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

    /// A closure that reads the returned value; it runs only if the span records.
    fn outcome(&self) -> TokenStream {
        let (runtime, returned) = (&self.runtime, generated("returned"));
        if matches!(self.returned_type(), Type::Never(_)) {
            return quote!(#runtime::__private::never_read);
        }
        let how = match (self.options.output.get(), self.options.skip_output.is_set()) {
            (Some(output), _) => quote!(, with #output),
            (None, true) => quote!(, skip),
            (None, false) => TokenStream::new(),
        };
        quote!(|#returned| #runtime::__private::outcome!(#returned #how))
    }
}

//! Emits the call that runs the body in the span: one template for each shape of function.

use super::{TracedFunction, generated_ident};
use crate::lint_exceptions::allow_large_error;
use crate::shape::{Boxing, PolledKind, PolledType, Shape};
use crate::signature::{borrows_nothing, may_be_future, return_type};
use proc_macro2::{Delimiter, Group, Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Expr, Type};

impl TracedFunction<'_> {
    pub(super) fn body(&self) -> TokenStream {
        let call = match &self.shape {
            // Some options need the returned value, which only `in_span` has.
            Shape::SyncInPlace if !self.reads_returned_value() => return self.in_place(),
            Shape::Sync | Shape::SyncInPlace => self.in_span(),
            Shape::Async => self.in_span_async(),
            Shape::ReturnsPolled(polled) => self.in_span_later(polled),
            Shape::AsyncReturnsPolled(polled) => self.in_span_async_later(polled),
        };
        let target = self.evaluated_target();
        quote!(#target #call)
    }

    /// Input: `fn f() -> R { body }`.
    /// Output: `in_span(open(..), || -> R { body }, |returned, span| finish!(returned, span))`.
    ///
    /// The body becomes a closure, so `return` and `?` leave the closure and the runtime sees the
    /// value. The declared return type keeps coercions such as that to `Box<dyn Trait>` working.
    fn in_span(&self) -> TokenStream {
        let (runtime, open, finish) = (&self.runtime, self.open("open"), self.finish());
        let body = self.body_closure();
        quote!(#runtime::__private::in_span(#open, #body, #finish))
    }

    /// Input: `fn f() -> impl Fn(A) -> R { body }`.
    /// Output: `let span = in_place(open(..)); { body }`.
    ///
    /// The compiler infers the signature of the returned closure from the return type, which the
    /// return type of another closure cannot express. The span does not see the value; a closure
    /// has no value to record.
    fn in_place(&self) -> TokenStream {
        let (runtime, open) = (&self.runtime, self.open("open"));
        let (span, body) = (generated_ident("span"), self.body_block());
        quote! {
            let #span = #runtime::__private::in_place(#open);
            #body
        }
    }

    /// Input: `async fn f() -> R { body }`.
    /// Output: `in_span_async(async move { .. body }, |returned, span| finish!(..)).await`.
    fn in_span_async(&self) -> TokenStream {
        let (runtime, body, finish) = (&self.runtime, self.async_block(), self.finish());
        quote!(#runtime::__private::in_span_async(#body, #finish).await)
    }

    /// Output: `async move { yield_span(open(..)).await; expected_type; body }`.
    ///
    /// The block opens the span itself and yields it to the runtime's future around it. If the code
    /// outside of the block opened the span, it would borrow the arguments there, and the future
    /// would store each argument twice.
    fn async_block(&self) -> TokenStream {
        let (runtime, open) = (&self.runtime, self.open("open"));
        let expected_type = self.expected_type();
        let statements = self.body_with_rebound_arguments();
        // Clippy reports an async block whose value is a future, but not an async function.
        let allow = may_be_future(&self.return_type())
            .then(|| quote!(#[allow(clippy::async_yields_async)]));
        let block = self.block_at_body(quote! {
            #runtime::__private::yield_span(#open).await;
            #expected_type
            #statements
        });
        let keywords = quote_spanned!(self.function.body.span()=> async move);
        quote!(#allow #keywords #block)
    }

    /// Input: `fn f() -> impl Future<Output = R> { body }`.
    /// Output: `in_span_later(open_later(..), move || -> _ { body }, |value, span| ..)`.
    fn in_span_later(&self, polled: &PolledType) -> TokenStream {
        let (runtime, open) = (&self.runtime, self.open("open_later"));
        let (body, wrap) = (self.body_closure(), self.wrap_result(polled));
        quote!(#runtime::__private::in_span_later(#open, #body, #wrap))
    }

    /// Input: `async fn f() -> impl Stream<Item = T> { body }`.
    /// Output: `in_span_async(async move { .. body }, |value, span| ..).await`.
    fn in_span_async_later(&self, polled: &PolledType) -> TokenStream {
        let (runtime, body, wrap) = (&self.runtime, self.async_block(), self.wrap_result(polled));
        quote!(#runtime::__private::in_span_async(#body, #wrap).await)
    }

    /// Returns the closure that moves the span into the returned future or stream, if the function
    /// returned one.
    ///
    /// Output: `|value, span| -> R { wrapped }`, or for a `Result`
    /// `|result, span| -> R { match result { Ok(value) => Ok(wrapped), Err(error) => .. } }`. An
    /// error ends the span at once, since there is no value to poll.
    fn wrap_result(&self, polled: &PolledType) -> TokenStream {
        let (runtime, return_type) = (&self.runtime, self.return_type());
        let (value, span) = (generated_ident("value"), generated_ident("span"));
        let wrapped = self.wrap_value(polled);
        if !polled.in_result {
            return quote!(|#value, #span| -> #return_type { #wrapped });
        }
        let allow = allow_large_error(&return_type);
        let (result, error) = (generated_ident("result"), generated_ident("error"));
        quote! {
            #allow
            |#result, #span| -> #return_type {
                match #result {
                    #runtime::__private::Ok(#value) => #runtime::__private::Ok(#wrapped),
                    #runtime::__private::Err(#error) => {
                        #span.fail(|| #runtime::__private::failed!(&#error));
                        #runtime::__private::Err(#error)
                    }
                }
            }
        }
    }

    /// Output: `Box::pin(stream_in_span::<_, T, _>(value, span, |item| item!(item)))`, without the
    /// box if the function returns none. The runtime's adapter is another type than the value, so
    /// the result has to be boxed again.
    fn wrap_value(&self, polled: &PolledType) -> TokenStream {
        let (runtime, value) = (&self.runtime, generated_ident("value"));
        let value = match polled.boxing {
            // Pinned, because a `Box<dyn Future>` that is not `Unpin` is itself no future.
            Boxing::Boxed => quote!(#runtime::__private::Box::into_pin(#value)),
            Boxing::Unboxed | Boxing::Pinned => value.to_token_stream(),
        };
        let adapter = match polled.kind {
            PolledKind::Future => self.future_in_span(polled, &value),
            PolledKind::Stream => self.stream_in_span(polled, &value),
        };
        match polled.boxing {
            Boxing::Unboxed => adapter,
            Boxing::Boxed => quote!(#runtime::__private::Box::new(#adapter)),
            Boxing::Pinned => quote!(#runtime::__private::Box::pin(#adapter)),
        }
    }

    /// Output: `future_in_span::<_, R, _>(value, span, |returned| outcome!(returned))`.
    ///
    /// The compiler checks the closure before it has inferred the type of the future. `outcome!`
    /// calls methods of the returned value, so it needs the explicit `R`.
    fn future_in_span(&self, future: &PolledType, value: &TokenStream) -> TokenStream {
        let (runtime, outcome) = (&self.runtime, self.outcome());
        let span = generated_ident("span");
        let output_type = &future.value;
        quote!(#runtime::__private::future_in_span::<_, #output_type, _>(#value, #span, #outcome))
    }

    /// Output: `stream_in_span::<_, T, _>(value, span, |item| item!(item))`, or with the option
    /// `collect = join`
    /// `collected_stream_in_span::<_, T, _, _, _>(value, span, |collected, item| .., ..)`.
    fn stream_in_span(&self, stream: &PolledType, value: &TokenStream) -> TokenStream {
        let (runtime, span) = (&self.runtime, generated_ident("span"));
        let (item, collected) = (generated_ident("item"), generated_ident("collected"));
        let item_type = &stream.value;
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
        let skip = self.options.skip_output.get().map(|()| quote!(, skip));
        let read_item = quote!(|#item| #runtime::__private::item!(#item #skip));
        quote!(#runtime::__private::stream_in_span::<_, #item_type, _>(#value, #span, #read_item))
    }

    /// Output: `if let Some(value) = infer_return_type::<R>() { return value; }`.
    ///
    /// The runtime function always returns `None`. An async block cannot declare its type, and this
    /// `return` lets the compiler infer the type, so that its errors are about `R` and the body
    /// coerces to `R`.
    fn expected_type(&self) -> TokenStream {
        let (runtime, value) = (&self.runtime, generated_ident("value"));
        let return_type = self.return_type();
        // No type argument can be `!` in stable Rust.
        if matches!(return_type, Type::Never(_)) {
            return TokenStream::new();
        }
        quote! {
            if let #runtime::__private::Some(#value) =
                #runtime::__private::infer_return_type::<#return_type>()
            {
                return #value;
            }
        }
    }

    /// Output: `|| -> R { body }`, or `|| -> R { let mut n = n; body }`.
    ///
    /// The closure borrows the arguments that the body does not consume, as the body does, so that
    /// code of another macro around it can use them. If the value may borrow from an argument,
    /// before edition 2021 it could not outlive the borrow of the closure, so the closure has to own
    /// the arguments: `move || -> R { body }`.
    fn body_closure(&self) -> TokenStream {
        let return_type = self.return_type();
        let body = if self.rebound_arguments.is_empty() {
            self.function.body.clone()
        } else {
            self.block_at_body(self.body_with_rebound_arguments())
        };
        let head = if borrows_nothing(&return_type) {
            quote_spanned!(self.function.body.span()=> ||)
        } else {
            quote_spanned!(self.function.body.span()=> move ||)
        };
        let allow = allow_large_error(&return_type);
        quote!(#allow #head -> #return_type #body)
    }

    /// Returns a block with the position of the body. The keywords before the block need it too:
    /// with a generated position, clippy would not report a `return` at the end of the body.
    pub(super) fn block_at_body(&self, statements: TokenStream) -> Group {
        let mut block = Group::new(Delimiter::Brace, statements);
        block.set_span(self.function.body.span());
        block
    }

    /// Returns the body, preceded by the statements that bind the mutable arguments again.
    ///
    /// Output: `let mut n = n; let value: R = { body }; value`. The temporaries in the last
    /// expression may borrow from `n`, and before edition 2024 they would outlive it without `value`.
    fn body_with_rebound_arguments(&self) -> TokenStream {
        let body = self.body_block();
        if self.rebound_arguments.is_empty() {
            return body;
        }
        let rebound = self.rebound_arguments.iter().map(|argument| &argument.statement);
        let (return_type, value) = (self.return_type(), generated_ident("value"));
        if matches!(return_type, Type::Never(_)) {
            return quote!(#(#rebound)* #body);
        }
        let body = if self.function.body_is_on_one_line() { quote!({ #body }) } else { body };
        quote! {
            #(#rebound)*
            let #value: #return_type = #body;
            #[allow(unreachable_code)]
            #value
        }
    }

    /// Returns the body in a form that can follow other statements.
    ///
    /// It keeps its braces, so that the compiler's errors have the positions that they would have
    /// without tracing. A body on one line loses them, since the lint `unused_braces` would report
    /// them.
    fn body_block(&self) -> TokenStream {
        if self.function.body_is_on_one_line() {
            self.function.body.stream()
        } else {
            self.function.body.to_token_stream()
        }
    }

    fn return_type(&self) -> Type {
        return_type(&self.function.signature)
    }

    /// Returns the closure that ends the span with the returned value, or moves it into a future
    /// whose type the macro does not recognize.
    ///
    /// Output: `|returned, span| finish!(returned, span)`, with the same additions as `outcome`.
    fn finish(&self) -> TokenStream {
        let (runtime, mode) = (&self.runtime, self.outcome_mode());
        let (returned, span) = (generated_ident("returned"), generated_ident("span"));
        // The compiler cannot infer a closure's argument from a value that never exists.
        if matches!(self.return_type(), Type::Never(_)) {
            return quote!(#runtime::__private::finish_diverging);
        }
        let finish = quote!(#runtime::__private::finish!(#returned, #span #mode));
        let allow = allow_large_error(&self.return_type());
        let Some(annotate) = self.annotate(&returned) else {
            return quote!(#allow |#returned, #span| #finish);
        };
        quote!(|#returned, #span| { #annotate #finish })
    }

    fn reads_returned_value(&self) -> bool {
        self.options.output.is_set() || self.options.annotate.is_set()
    }

    /// Returns the statement that reads the option `annotate` before the body moves the arguments.
    ///
    /// Output: `let target = evaluated_target(|| EvaluationTarget::evaluation_target(&(span)));`.
    fn evaluated_target(&self) -> Option<TokenStream> {
        let expression = self.options.annotate.get()?;
        let (runtime, target) = (&self.runtime, generated_ident("target"));
        let read = quote_spanned! {expression.span()=>
            #runtime::__private::EvaluationTarget::evaluation_target(&(#expression))
        };
        Some(quote!(let #target = #runtime::__private::evaluated_target(|| #read);))
    }

    /// Returns the statement that annotates the target with the returned score.
    ///
    /// Output: `annotate(target, "evaluator", &returned);`, with the position of the return type,
    /// which the compiler underlines if it is not a score.
    fn annotate(&self, returned: &Ident) -> Option<TokenStream> {
        self.options.annotate.get()?;
        let (runtime, target) = (&self.runtime, generated_ident("target"));
        let name = match self.options.name.get() {
            Some(literal @ Expr::Lit(_)) => literal.to_token_stream(),
            _ => self.function.signature.ident.unraw().to_string().to_token_stream(),
        };
        let position = self.return_type().span();
        let mut returned = returned.clone();
        returned.set_span(returned.span().located_at(position));
        Some(quote_spanned! {position=>
            #runtime::__private::annotate(#target, #name, &#returned);
        })
    }

    /// Returns the closure that reads the output of a returned future. It runs only if the span
    /// records.
    ///
    /// Output: `|returned| outcome!(returned)`, with `, skip` for the option `skip_output` and
    /// `, with f` for the option `output = f`.
    fn outcome(&self) -> TokenStream {
        let (runtime, mode) = (&self.runtime, self.outcome_mode());
        let returned = generated_ident("returned");
        quote!(|#returned| #runtime::__private::outcome!(#returned #mode))
    }

    fn outcome_mode(&self) -> TokenStream {
        match (self.options.output.get(), self.options.skip_output.is_set()) {
            (Some(output), _) => quote!(, with #output),
            (None, true) => quote!(, skip),
            (None, false) => TokenStream::new(),
        }
    }
}

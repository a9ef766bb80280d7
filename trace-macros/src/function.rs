//! Parses the annotated function. The body is kept as raw tokens, so that a body with a syntax
//! error, as every body is while a user types, still reaches the compiler and the IDE unchanged.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, Signature, Token, Visibility};

/// A function or a method with a body.
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    /// The `default` of an unstable specialization.
    pub(crate) defaultness: Option<Token![default]>,
    pub(crate) signature: Signature,
    /// The braces and the tokens between them.
    pub(crate) body: Group,
}

impl Function {
    /// Returns everything that precedes the body.
    ///
    /// Input: `#[must_use] pub fn f() -> u8 { 1 }`. Output: `#[must_use] pub fn f() -> u8`.
    pub(crate) fn head(&self) -> TokenStream {
        let Function { attributes, visibility, defaultness, signature, .. } = self;
        quote!(#(#attributes)* #visibility #defaultness #signature)
    }

    /// Returns true if the body begins and ends on one line. Unit tests run outside of a compiler,
    /// where tokens have no line, and every body counts as one line.
    pub(crate) fn body_is_on_one_line(&self) -> bool {
        let has_lines = proc_macro::is_available();
        let line = |span: Span| has_lines.then(|| span.unwrap().line());
        line(self.body.span_open()) == line(self.body.span_close())
    }
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let defaultness = if input.peek(Token![default]) { Some(input.parse()?) } else { None };
        // Checked first, since the error of `Signature` for a struct is "expected `fn`", which
        // does not mention the attribute.
        if !starts_with_fn(input) {
            return Err(
                input.error("expected a function: write this attribute on a `fn` with a body")
            );
        }
        let signature: Signature = input.parse()?;
        let body = match unwrap_invisible_groups(input.parse()?) {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => group,
            // The semicolon of a method that a trait requires.
            other => {
                return Err(syn::Error::new_spanned(
                    other,
                    "a function without a body cannot be traced: write this attribute on the \
                     implementation",
                ));
            }
        };
        let (inner_attributes, body) = split_inner_attributes(&body);
        attributes.extend(inner_attributes);
        Ok(Function { attributes, visibility, defaultness, signature, body })
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.head().to_tokens(tokens);
        self.body.to_tokens(tokens);
    }
}

/// Removes the groups without delimiters around a token. `macro_rules!` puts one around a fragment
/// such as `$body:block`.
fn unwrap_invisible_groups(token: TokenTree) -> TokenTree {
    if let TokenTree::Group(group) = &token
        && group.delimiter() == Delimiter::None
        && let Some(inside) = group.stream().into_iter().next()
    {
        return unwrap_invisible_groups(inside);
    }
    token
}

/// Returns true if only qualifiers such as `async`, `unsafe` or `extern "C"` precede a `fn`.
fn starts_with_fn(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    while !ahead.is_empty() && !ahead.peek(Token![fn]) {
        let is_qualifier = ahead.peek(Token![const])
            || ahead.peek(Token![async])
            || ahead.peek(Token![unsafe])
            || ahead.peek(Token![extern])
            // The ABI of `extern "C"`.
            || ahead.peek(syn::LitStr)
            // Contextual keywords such as `safe`.
            || ahead.peek(syn::Ident);
        let is_other_item = ahead.peek(Token![struct]) || ahead.peek(Token![trait]);
        if !is_qualifier || is_other_item || ahead.parse::<TokenTree>().is_err() {
            return false;
        }
    }
    ahead.peek(Token![fn])
}

/// Moves the inner attributes of a body out of it. The body becomes that of a closure, where inner
/// attributes are not allowed; before the function they mean the same.
///
/// Input: `{ #![allow(unused)] body }`. Output: `#[allow(unused)]` and `{ body }`.
fn split_inner_attributes(body: &Group) -> (Vec<Attribute>, Group) {
    let split = |input: ParseStream<'_>| {
        let attributes = input.call(Attribute::parse_inner)?;
        Ok((attributes, input.parse::<TokenStream>()?))
    };
    let Ok((mut attributes, rest)) = split.parse2(body.stream()) else {
        return (Vec::new(), body.clone());
    };
    // Almost every body has no inner attributes. It keeps its own braces, which have two positions;
    // a new group has the same position for both.
    if attributes.is_empty() {
        return (attributes, body.clone());
    }
    for attribute in &mut attributes {
        attribute.style = syn::AttrStyle::Outer;
    }
    let mut rest = Group::new(Delimiter::Brace, rest);
    rest.set_span(body.span());
    (attributes, rest)
}

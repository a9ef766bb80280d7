//! The annotated function, read no further than needed: the body stays raw tokens, so a half-typed
//! body still reaches the compiler and the IDE as it was written.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, Signature, Token, Visibility};

/// A function with a body.
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) defaultness: Option<Token![default]>,
    pub(crate) signature: Signature,
    pub(crate) body: Group,
}

impl Function {
    /// What stands before the body.
    pub(crate) fn head(&self) -> TokenStream {
        let Function { attributes, visibility, defaultness, signature, .. } = self;
        quote!(#(#attributes)* #visibility #defaultness #signature)
    }

    /// Whether the body begins and ends on the same line, as far as the compiler tells.
    pub(crate) fn body_is_on_one_line(&self) -> bool {
        let is_known = proc_macro::is_available();
        let line = |span: proc_macro2::Span| is_known.then(|| span.unwrap().line());
        line(self.body.span_open()) == line(self.body.span_close())
    }
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let defaultness = if input.peek(Token![default]) { Some(input.parse()?) } else { None };
        if !starts_a_function(input) {
            return Err(
                input.error("expected a function: write this attribute on a `fn` with a body")
            );
        }
        let signature: Signature = input.parse()?;
        let body = match without_invisible_groups(input.parse()?) {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => group,
            other => {
                return Err(syn::Error::new_spanned(
                    other,
                    "a function without a body cannot be traced: write this attribute on the \
                     implementation",
                ));
            }
        };
        let (inner, body) = split_inner_attributes(&body);
        attributes.extend(inner);
        Ok(Function { attributes, visibility, defaultness, signature, body })
    }
}

/// The block that `macro_rules!` passes on as `$body:block` is in a group without delimiters.
fn without_invisible_groups(token: TokenTree) -> TokenTree {
    if let TokenTree::Group(group) = &token
        && group.delimiter() == Delimiter::None
        && let Some(inside) = group.stream().into_iter().next()
    {
        return without_invisible_groups(inside);
    }
    token
}

fn starts_a_function(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    while !ahead.is_empty() && !ahead.peek(Token![fn]) {
        let qualifier = ahead.peek(Token![const])
            || ahead.peek(Token![async])
            || ahead.peek(Token![unsafe])
            || ahead.peek(Token![extern])
            || ahead.peek(syn::LitStr)
            || ahead.peek(syn::Ident);
        let is_other_item = ahead.peek(Token![struct]) || ahead.peek(Token![trait]);
        if !qualifier || is_other_item || ahead.parse::<TokenTree>().is_err() {
            return false;
        }
    }
    ahead.peek(Token![fn])
}

/// Input: `{ #![allow(x)] body }`. Output: `#[allow(x)]` and `{ body }`, since an attribute that
/// begins a function's body may not begin a closure's.
fn split_inner_attributes(body: &Group) -> (Vec<Attribute>, Group) {
    let split = |input: ParseStream<'_>| {
        let attributes = input.call(Attribute::parse_inner)?;
        Ok((attributes, input.parse::<TokenStream>()?))
    };
    let Ok((mut attributes, rest)) = split.parse2(body.stream()) else {
        return (Vec::new(), body.clone());
    };
    if attributes.is_empty() {
        // The very braces, which errors point at.
        return (attributes, body.clone());
    }
    for attribute in &mut attributes {
        attribute.style = syn::AttrStyle::Outer;
    }
    let mut rest = Group::new(Delimiter::Brace, rest);
    rest.set_span(body.span());
    (attributes, rest)
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.head().to_tokens(tokens);
        self.body.to_tokens(tokens);
    }
}

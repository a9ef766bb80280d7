//! Parses the tokens in the parentheses of `traced!`.

use crate::kind::Kind;
use crate::suggestion::{did_you_mean, quoted_list};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Expr, Token, parenthesized};

const EXAMPLE: &str = "write `traced!(llm, client.chat(request).await)`";

/// The parts of `traced!(kind(options), expression)`.
pub(super) struct Invocation {
    pub(super) kind: Kind,
    pub(super) options: TokenStream,
    pub(super) expression: Expression,
}

pub(super) enum Expression {
    Parsed(Expr),
    /// Tokens with a syntax error, as an expression has while a user types it. They reach the
    /// compiler and the IDE unchanged.
    Raw(TokenStream),
}

impl ToTokens for Expression {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Expression::Parsed(expression) => expression.to_tokens(tokens),
            Expression::Raw(raw) => tokens.extend(quote!({ #raw })),
        }
    }
}

impl Parse for Invocation {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let kind = parse_kind(input)?;
        let mut options = TokenStream::new();
        if input.peek(syn::token::Paren) {
            let content;
            parenthesized!(content in input);
            options = content.parse()?;
        }
        let has_comma = input.parse::<Token![,]>().is_ok();
        if !has_comma || input.is_empty() {
            let kind = kind.macro_name();
            let message = format!(
                "expected `,` and an expression after the kind: write `traced!({kind}, \
                 client.chat(request).await)`"
            );
            // Not `input.error`, which begins with "unexpected end of input".
            return Err(syn::Error::new(input.span(), message));
        }
        Ok(Invocation { kind, options, expression: parse_expression(kind, input)? })
    }
}

fn parse_kind(input: ParseStream<'_>) -> syn::Result<Kind> {
    let Ok(ident) = input.call(Ident::parse_any) else {
        let message = format!("expected a kind and an expression: {EXAMPLE}");
        return Err(syn::Error::new(input.span(), message));
    };
    let name = ident.unraw().to_string();
    Kind::from_macro_name(&name).ok_or_else(|| {
        let message = format!(
            "unknown kind `{name}`{} Kinds: {}. First the kind, then the expression: {EXAMPLE}",
            did_you_mean(&name, &Kind::MACRO_NAMES),
            quoted_list(&Kind::MACRO_NAMES),
        );
        syn::Error::new_spanned(ident, message)
    })
}

fn parse_expression(kind: Kind, input: ParseStream<'_>) -> syn::Result<Expression> {
    let raw: TokenStream = input.parse()?;
    let parser = |input: ParseStream<'_>| {
        let expression: Expr = input.parse()?;
        let _: Option<Token![,]> = input.parse()?;
        Ok((expression, input.parse::<TokenStream>()?))
    };
    match parser.parse2(raw.clone()) {
        Err(_) => Ok(Expression::Raw(raw)),
        Ok((expression, rest)) if rest.is_empty() => Ok(Expression::Parsed(expression)),
        Ok((_, rest)) => {
            let kind = kind.macro_name();
            let message = format!(
                "expected one expression: options belong in parentheses after the kind, as in \
                 `traced!({kind}(name = \"my span\"), ..)`"
            );
            Err(syn::Error::new_spanned(rest, message))
        }
    }
}

//! Finds the patterns of arguments that `#[async_trait]` moves into the body.

use crate::arguments::bound_names;
use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use std::borrow::Cow;
use syn::parse::Parser;
use syn::visit_mut::{self, VisitMut};
use syn::{Ident, Pat, PatIdent, PatReference, PatType, PatWild, Signature, Token};

/// Returns the pattern that the user wrote for an argument. It is that of the signature, or the one
/// that `#[async_trait]` has moved.
///
/// Input: `__arg1: (u8, u8)` and a body with `let (a, b) = { let __arg1 = __arg1; __arg1 };`.
/// Output: `(a, b)`. A pattern that is not found becomes `_`.
pub(crate) fn written_pattern<'a>(
    argument: &'a PatType,
    signature: &Signature,
    body: &Group,
) -> Cow<'a, Pat> {
    match name_by_async_trait(argument, signature) {
        Some(name) => Cow::Owned(find_pattern(body.stream(), name).unwrap_or_else(ignored)),
        None => Cow::Borrowed(&argument.pat),
    }
}

/// Returns the name that `#[async_trait]` gave an argument in place of a pattern.
pub(crate) fn name_by_async_trait<'a>(
    argument: &'a PatType,
    signature: &Signature,
) -> Option<&'a Ident> {
    match &*argument.pat {
        Pat::Ident(binding) if binding.ident.to_string().starts_with("__arg") => {
            let output = signature.output.to_token_stream().to_string();
            output.contains("'async_trait").then_some(&binding.ident)
        }
        _ => None,
    }
}

/// Returns the pattern in a form that matches a reference to the value and moves nothing: without
/// `mut`. A pattern with `&` or `ref` has no such form.
pub(crate) fn matching_a_reference(pattern: &Pat) -> Option<Pat> {
    struct RemoveMut {
        has_reference: bool,
    }

    impl VisitMut for RemoveMut {
        fn visit_pat_ident_mut(&mut self, binding: &mut PatIdent) {
            self.has_reference |= binding.by_ref.is_some();
            binding.mutability = None;
            visit_mut::visit_pat_ident_mut(self, binding);
        }

        fn visit_pat_reference_mut(&mut self, _: &mut PatReference) {
            self.has_reference = true;
        }
    }

    let mut pattern = pattern.clone();
    let mut remove = RemoveMut { has_reference: false };
    remove.visit_pat_mut(&mut pattern);
    (!remove.has_reference).then_some(pattern)
}

/// Returns the pattern of the first `let` that is initialized with the argument. For an argument
/// `_`, `#[async_trait]` emits `let __arg0 = __arg0;`.
fn find_pattern(body: TokenStream, argument: &Ident) -> Option<Pat> {
    let moved = quote!(let #argument = #argument; #argument).to_string();
    let is_moved = |token: &TokenTree| match token {
        TokenTree::Ident(ident) => ident == argument,
        TokenTree::Group(group) => group.stream().to_string() == moved,
        _ => false,
    };
    let tokens: Vec<TokenTree> = body.into_iter().collect();
    let mut start = 0;
    for (index, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(ident) if ident == "let" => start = index + 1,
            TokenTree::Punct(punct)
                if punct.as_char() == '=' && tokens.get(index + 1).is_some_and(is_moved) =>
            {
                let pattern: TokenStream = tokens[start..index].iter().cloned().collect();
                let pattern = Pat::parse_multi_with_leading_vert.parse2(pattern).ok()?;
                let is_ignored = bound_names(&pattern).contains(argument);
                return Some(if is_ignored { ignored() } else { pattern });
            }
            TokenTree::Group(group) => {
                if let Some(pattern) = find_pattern(group.stream(), argument) {
                    return Some(pattern);
                }
            }
            _ => {}
        }
    }
    None
}

fn ignored() -> Pat {
    Pat::Wild(PatWild { attrs: Vec::new(), underscore_token: <Token![_]>::default() })
}

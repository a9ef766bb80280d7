//! Lints of clippy that except a body by its form, which generated code around it hides.

use crate::function::Function;
use proc_macro2::{TokenStream, TokenTree};
use quote::quote;
use syn::{Signature, Type};

/// Returns true if clippy accepts only one form of the body. It skips a body that a macro has made.
pub(crate) fn has_canonical_body(signature: &Signature) -> bool {
    let names = ["clone", "partial_cmp"];
    signature.receiver().is_some() && names.iter().any(|name| signature.ident == name)
}

/// Returns an `allow` for a closure that returns a `Result`. Clippy reports a large error of closures
/// too, and the function has been reported already.
pub(crate) fn allow_large_error(return_type: &Type) -> Option<TokenStream> {
    let Type::Path(named) = return_type else { return None };
    let name = named.path.segments.last()?.ident.to_string();
    name.ends_with("Result").then(|| quote!(#[allow(clippy::result_large_err)]))
}

/// Returns an `allow` of the lints that would report the traced function alone.
///
/// Input: `fn require_copy<T: Copy>() {}`.
/// Output: `#[allow(clippy::extra_unused_type_parameters)]`.
pub(crate) fn allow_excepted_lints(function: &Function) -> TokenStream {
    let (signature, body) = (&function.signature, function.body.stream());
    let is_method = signature.receiver().is_some();
    let mut lints = Vec::new();
    // A function without a body checks that its types implement the bounds.
    if body.is_empty() && signature.generics.type_params().next().is_some() {
        lints.push(quote!(clippy::extra_unused_type_parameters));
    }
    if is_method && calls_macro(&body, &["todo", "unimplemented"]) {
        lints.push(quote!(clippy::unused_self));
    }
    if lints.is_empty() {
        return TokenStream::new();
    }
    quote!(#[allow(#(#lints),*)])
}

/// Returns true if the tokens call one of the macros.
fn calls_macro(body: &TokenStream, names: &[&str]) -> bool {
    let tokens: Vec<TokenTree> = body.clone().into_iter().collect();
    tokens.iter().enumerate().any(|(index, token)| match token {
        TokenTree::Ident(ident) => {
            let next = tokens.get(index + 1);
            let is_call = matches!(next, Some(TokenTree::Punct(punct)) if punct.as_char() == '!');
            is_call && names.iter().any(|name| ident == name)
        }
        TokenTree::Group(group) => calls_macro(&group.stream(), names),
        _ => false,
    })
}

//! Lets rustc report unused arguments as it does without tracing.
//!
//! The span reads every argument, so rustc would report none of them as unused. And the body moves
//! into a closure or an async block, where rustc words its lints about assignments differently.

use crate::arguments::{Argument, bound_names};
use crate::outer_attributes::{cfg_attributes, take_lint_attributes};
use proc_macro2::{Group, TokenStream, TokenTree};
use quote::quote;
use std::collections::HashSet;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, FnArg, Ident, PatIdent, Signature, Token};

/// Returns statements in which rustc reports the arguments that only the span reads, at their
/// positions in the signature. The lint attributes of these arguments move to the statements. An
/// argument that the body binds again is absent, since rustc reports it at that binding.
///
/// Input: `fn ask(prompt: &str, #[expect(unused)] model: &str) { todo!() }`.
/// Output: `let prompt = (); #[expect(unused)] let model = ();`.
pub(crate) fn take_unused_arguments(
    signature: &mut Signature,
    recorded: &[Argument],
    rebound: &[Rebound],
    body: &Group,
    options: TokenStream,
) -> TokenStream {
    let mut mentioned = HashSet::new();
    collect_names(body.stream(), &mut mentioned);
    collect_names(options, &mut mentioned);
    let is_unused = |name: &Ident| {
        let is_recorded = recorded.iter().any(|argument| argument.binding == *name);
        let is_rebound = rebound.iter().any(|argument| argument.name == *name);
        let text = name.to_string();
        is_recorded
            && !is_rebound
            && !text.starts_with('_')
            && !mentioned.contains(text.trim_start_matches("r#"))
    };
    let mut statements = TokenStream::new();
    for argument in &mut signature.inputs {
        let FnArg::Typed(argument) = argument else { continue };
        let mut names = bound_names(&argument.pat);
        names.retain(is_unused);
        if names.is_empty() {
            continue;
        }
        let cfg_attributes: Vec<Attribute> = cfg_attributes(&argument.attrs).cloned().collect();
        let lint_attributes = take_lint_attributes(&mut argument.attrs);
        statements.extend(
            names
                .into_iter()
                .map(|name| quote!(#(#cfg_attributes)* #(#lint_attributes)* let #name = ();)),
        );
    }
    statements
}

/// Adds every name in the tokens. Names in text count too, since `"{prompt}"` is a use of `prompt`.
fn collect_names(tokens: TokenStream, names: &mut HashSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                names.insert(ident.to_string().trim_start_matches("r#").to_owned());
            }
            TokenTree::Group(group) => collect_names(group.stream(), names),
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
                names.extend(words.map(str::to_owned));
            }
            TokenTree::Punct(_) => {}
        }
    }
}

/// A mutable argument that the body binds again.
pub(crate) struct Rebound {
    name: Ident,
    pub(crate) statement: TokenStream,
}

/// Removes `mut` from the arguments and returns statements which bind them again, for the closure
/// or the async block around the body. Without them, rustc would report an assignment to an
/// argument twice: as one to an argument and as one to a captured variable.
///
/// Input: `fn count(mut n: u8, (a, mut b): (u8, u8))`. Output: `let mut n = n; let mut b = b;`.
pub(crate) fn take_mutable_arguments(signature: &mut Signature) -> Vec<Rebound> {
    struct TakeMut(Vec<(Token![mut], Ident)>);

    impl VisitMut for TakeMut {
        fn visit_pat_ident_mut(&mut self, binding: &mut PatIdent) {
            if binding.by_ref.is_none()
                && let Some(mutability) = binding.mutability.take()
            {
                self.0.push((mutability, binding.ident.clone()));
            }
            visit_mut::visit_pat_ident_mut(self, binding);
        }
    }

    let mut statements = Vec::new();
    for argument in &mut signature.inputs {
        let FnArg::Typed(argument) = argument else { continue };
        let mut taken = TakeMut(Vec::new());
        taken.visit_pat_mut(&mut argument.pat);
        if taken.0.is_empty() {
            continue;
        }
        let cfg_attributes: Vec<Attribute> = cfg_attributes(&argument.attrs).cloned().collect();
        let lint_attributes = take_lint_attributes(&mut argument.attrs);
        statements.extend(taken.0.into_iter().map(|(mutability, name)| {
            let statement = quote! {
                #(#cfg_attributes)*
                #[allow(clippy::shadow_same, clippy::collection_is_never_read)]
                #(#lint_attributes)*
                let #mutability #name = #name;
            };
            Rebound { name, statement }
        }));
    }
    statements
}

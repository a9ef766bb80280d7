//! Selects the arguments that the span records as its input.

use crate::errors::Errors;
use crate::function::Function;
use crate::options::Options;
use crate::outer_attributes::cfg_attributes;
use crate::suggestion::unknown_argument;
use proc_macro2::{Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Attribute, FnArg, Ident, Pat, Signature};

/// A name that the pattern of an argument binds. `(a, b): (u8, u8)` makes two of them.
pub(crate) struct Argument {
    pub(crate) binding: Ident,
    pub(crate) cfg_attributes: Vec<Attribute>,
}

/// Returns the arguments to record, without the receiver and the arguments named in `skip(..)`.
/// With `skip_all` or `input = ..` there are none.
///
/// Input: `skip(client)` and `fn ask(&self, client: &Client, (a, _): (u8, u8))`. Output: `a`.
///
/// A name in `skip(..)` that is not an argument is an error: it may be a misspelled argument, which
/// the span would then record against the user's wish.
pub(crate) fn recorded_arguments(
    Function { signature, body, .. }: &Function,
    options: &Options,
    errors: &mut Errors,
) -> Vec<Argument> {
    let mut arguments = bound_arguments(signature);
    for skipped in options.skipped() {
        let is_skipped = |argument: &Argument| argument.binding.unraw() == skipped.unraw();
        if !arguments.iter().any(is_skipped) {
            let name = |argument: &Argument| argument.binding.unraw().to_string();
            let names: Vec<String> = arguments.iter().map(name).collect();
            let message = unknown_argument(skipped, &names, "function", "this function takes none");
            errors.push(skipped, message);
        }
    }
    if options.skip_all.is_set() || options.input.is_set() {
        return Vec::new();
    }
    arguments.retain(|argument| !options.skips(&argument.binding));
    if signature.output.to_token_stream().to_string().contains("'async_trait") {
        arguments.retain(|argument| !is_ignored_by_async_trait(&argument.binding, body));
    }
    arguments
}

/// Returns true if the argument was `_` before `#[async_trait]` gave it a name.
///
/// For `_` it emits `let __arg0 = __arg0;`, and for a pattern
/// `let (a, b) = { let __arg0 = __arg0; __arg0 };`, which uses the value.
fn is_ignored_by_async_trait(binding: &Ident, body: &Group) -> bool {
    fn count(tokens: TokenStream, binding: &Ident) -> usize {
        let count = |token| match token {
            TokenTree::Ident(ident) => usize::from(ident == *binding),
            TokenTree::Group(group) => count(group.stream(), binding),
            _ => 0,
        };
        tokens.into_iter().map(count).sum()
    }
    binding.to_string().starts_with("__arg") && count(body.stream(), binding) == 2
}

fn bound_arguments(signature: &Signature) -> Vec<Argument> {
    let mut arguments = Vec::new();
    for input in &signature.inputs {
        let FnArg::Typed(typed) = input else { continue };
        arguments.extend(bound_names(&typed.pat).into_iter().map(|binding| Argument {
            binding,
            cfg_attributes: cfg_attributes(&typed.attrs).cloned().collect(),
        }));
    }
    arguments
}

/// Returns the names that a pattern binds, from left to right.
///
/// Input: `Day { n, hour: Hour(h), .. }`. Output: `n`, `h`.
pub(crate) fn bound_names(pattern: &Pat) -> Vec<Ident> {
    let mut names = Vec::new();
    collect_bound_names(pattern, &mut names);
    names
}

fn collect_bound_names(pattern: &Pat, names: &mut Vec<Ident>) {
    let mut collect_all = |patterns: &mut dyn Iterator<Item = &Pat>| {
        patterns.for_each(|pattern| collect_bound_names(pattern, names));
    };
    match pattern {
        Pat::Ident(binding) => {
            names.push(binding.ident.clone());
            // `whole @ (a, b)` binds three names.
            if let Some((_, nested)) = &binding.subpat {
                collect_bound_names(nested, names);
            }
        }
        Pat::Paren(inner) => collect_bound_names(&inner.pat, names),
        Pat::Reference(inner) => collect_bound_names(&inner.pat, names),
        Pat::Type(inner) => collect_bound_names(&inner.pat, names),
        Pat::Slice(inner) => collect_all(&mut inner.elems.iter()),
        Pat::Tuple(inner) => collect_all(&mut inner.elems.iter()),
        Pat::TupleStruct(inner) => collect_all(&mut inner.elems.iter()),
        Pat::Struct(inner) => collect_all(&mut inner.fields.iter().map(|field| &*field.pat)),
        // The alternatives of `A(n) | B(n)` bind the same names, so the first one has them all.
        Pat::Or(inner) => collect_all(&mut inner.cases.iter().take(1)),
        // The other patterns bind no name: `_`, `..`, literals, paths, ranges.
        _ => {}
    }
}

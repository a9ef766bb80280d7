//! Which arguments are recorded, under which names.

use crate::errors::{Errors, listed, nearest};
use crate::options::Options;
use syn::ext::IdentExt;
use syn::{Attribute, FnArg, Ident, Pat, Signature};

/// A name that an argument binds.
pub(crate) struct Argument {
    pub(crate) binding: Ident,
    /// The `#[cfg(..)]` of the argument.
    pub(crate) conditions: Vec<Attribute>,
}

/// The names the arguments bind, without `self` and without what `skip` names.
pub(crate) fn recorded(
    signature: &Signature,
    options: &Options,
    errors: &mut Errors,
) -> Vec<Argument> {
    let bound = bound_names(signature);
    let is = |name: &Ident, argument: &Argument| argument.binding.unraw() == name.unraw();
    for skipped in options.skipped() {
        if !bound.iter().any(|argument| is(skipped, argument)) {
            errors.push(skipped, unknown_argument(skipped, &bound));
        }
    }
    let replaced = options.skip_all.is_set() || options.input.is_set();
    let is_skipped =
        |argument: &Argument| options.skipped().iter().any(|skipped| is(skipped, argument));
    bound.into_iter().filter(|argument| !replaced && !is_skipped(argument)).collect()
}

fn bound_names(signature: &Signature) -> Vec<Argument> {
    let mut arguments = Vec::new();
    for argument in &signature.inputs {
        let FnArg::Typed(argument) = argument else { continue };
        let names = bound_names_of(&argument.pat);
        let conditions: Vec<_> =
            argument.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg")).collect();
        arguments.extend(names.into_iter().map(|binding| Argument {
            binding,
            conditions: conditions.iter().copied().cloned().collect(),
        }));
    }
    arguments
}

/// The names that a pattern binds.
pub(crate) fn bound_names_of(pattern: &Pat) -> Vec<Ident> {
    let mut names = Vec::new();
    collect_names(pattern, &mut names);
    names
}

fn collect_names(pattern: &Pat, names: &mut Vec<Ident>) {
    let mut collect_all = |patterns: &mut dyn Iterator<Item = &Pat>| {
        patterns.for_each(|pattern| collect_names(pattern, names));
    };
    match pattern {
        Pat::Ident(binding) => {
            names.push(binding.ident.clone());
            if let Some((_, nested)) = &binding.subpat {
                collect_names(nested, names);
            }
        }
        Pat::Paren(inner) => collect_names(&inner.pat, names),
        Pat::Reference(inner) => collect_names(&inner.pat, names),
        Pat::Type(inner) => collect_names(&inner.pat, names),
        Pat::Slice(inner) => collect_all(&mut inner.elems.iter()),
        Pat::Tuple(inner) => collect_all(&mut inner.elems.iter()),
        Pat::TupleStruct(inner) => collect_all(&mut inner.elems.iter()),
        Pat::Struct(inner) => collect_all(&mut inner.fields.iter().map(|field| &*field.pat)),
        // Every alternative binds the same names.
        Pat::Or(inner) => collect_all(&mut inner.cases.iter().take(1)),
        _ => {}
    }
}

fn unknown_argument(found: &Ident, bound: &[Argument]) -> String {
    let name = |argument: &Argument| argument.binding.unraw().to_string();
    let bound: Vec<String> = bound.iter().map(name).collect();
    let bound: Vec<&str> = bound.iter().map(String::as_str).collect();
    let found = found.unraw().to_string();
    let hint =
        nearest(&found, &bound).map(|near| format!(" did you mean `{near}`?")).unwrap_or_default();
    if bound.is_empty() {
        return format!("no argument `{found}` to skip: this function has none");
    }
    format!("no argument `{found}` to skip:{hint} the arguments are {}", listed(&bound))
}

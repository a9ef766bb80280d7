//! Which arguments are recorded, under which names.

use crate::errors::{Errors, listed, nearest};
use crate::options::Options;
use syn::ext::IdentExt;
use syn::{FnArg, Ident, Pat, Signature};

/// The names the arguments bind, without `self` and without what `skip` names.
pub(crate) fn recorded(
    signature: &Signature,
    options: &Options,
    errors: &mut Errors,
) -> Vec<Ident> {
    let bound = bound_names(signature);
    for skipped in options.skipped() {
        if !bound.contains(skipped) {
            errors.push(skipped, unknown_argument(skipped, &bound));
        }
    }
    let replaced = options.skip_all.is_set() || options.input.is_set();
    let skipped = options.skipped();
    bound.into_iter().filter(|name| !replaced && !skipped.contains(name)).collect()
}

fn bound_names(signature: &Signature) -> Vec<Ident> {
    let mut names = Vec::new();
    for argument in &signature.inputs {
        if let FnArg::Typed(argument) = argument {
            collect_names(&argument.pat, &mut names);
        }
    }
    names
}

fn collect_names(pattern: &Pat, names: &mut Vec<Ident>) {
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
        Pat::Slice(inner) => inner.elems.iter().for_each(|pattern| collect_names(pattern, names)),
        Pat::Tuple(inner) => inner.elems.iter().for_each(|pattern| collect_names(pattern, names)),
        Pat::TupleStruct(inner) => {
            inner.elems.iter().for_each(|pattern| collect_names(pattern, names));
        }
        Pat::Struct(inner) => {
            inner.fields.iter().for_each(|field| collect_names(&field.pat, names));
        }
        _ => {}
    }
}

fn unknown_argument(found: &Ident, bound: &[Ident]) -> String {
    let bound: Vec<String> = bound.iter().map(|name| name.unraw().to_string()).collect();
    let bound: Vec<&str> = bound.iter().map(String::as_str).collect();
    let found = found.unraw().to_string();
    let hint =
        nearest(&found, &bound).map(|near| format!(" did you mean `{near}`?")).unwrap_or_default();
    if bound.is_empty() {
        return format!("no argument `{found}` to skip: this function has none");
    }
    format!("no argument `{found}` to skip:{hint} the arguments are {}", listed(&bound))
}

//! Selects the arguments that the span records as its input.

use crate::async_trait::{matching_a_reference, name_by_async_trait, written_pattern};
use crate::errors::Errors;
use crate::function::Function;
use crate::options::Options;
use crate::outer_attributes::cfg_attributes;
use crate::suggestion::unknown_argument;
use syn::ext::IdentExt;
use syn::{Attribute, FnArg, Ident, Pat};

/// A name that the pattern of an argument binds. `(a, b): (u8, u8)` makes two of them.
pub(crate) struct Argument {
    pub(crate) binding: Ident,
    pub(crate) source: Source,
    pub(crate) cfg_attributes: Vec<Attribute>,
}

/// The place where the span finds the value of an argument.
#[derive(Clone)]
pub(crate) enum Source {
    /// The name is bound before the body.
    Binding,
    /// `#[async_trait]` has moved the pattern into the body: the name is a part of `whole`.
    Part { pattern: Box<Pat>, whole: Ident },
    /// `#[async_trait]` has moved a pattern that cannot match a second time.
    Moved,
}

/// Returns the arguments to record, without the receiver and the arguments named in `skip(..)`.
/// With `skip_all` or `input = ..` there are none.
///
/// Input: `skip(client)` and `fn ask(&self, client: &Client, (a, _): (u8, u8))`. Output: `a`.
///
/// A name in `skip(..)` that is not an argument is an error: it may be a misspelled argument, which
/// the span would then record against the user's wish.
pub(crate) fn recorded_arguments(
    function: &Function,
    options: &Options,
    errors: &mut Errors,
) -> Vec<Argument> {
    let mut arguments = bound_arguments(function);
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
    let is_readable = |argument: &Argument| !matches!(argument.source, Source::Moved);
    arguments.retain(|argument| is_readable(argument) && !options.skips(&argument.binding));
    arguments
}

fn bound_arguments(Function { signature, body, .. }: &Function) -> Vec<Argument> {
    let mut arguments = Vec::new();
    for input in &signature.inputs {
        let FnArg::Typed(typed) = input else { continue };
        let pattern = written_pattern(typed, signature, body);
        let source = match name_by_async_trait(typed, signature) {
            None => Source::Binding,
            Some(whole) => match matching_a_reference(&pattern) {
                Some(pattern) => Source::Part { pattern: Box::new(pattern), whole: whole.clone() },
                None => Source::Moved,
            },
        };
        arguments.extend(bound_names(&pattern).into_iter().map(|binding| Argument {
            binding,
            source: source.clone(),
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

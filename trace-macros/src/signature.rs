//! Properties of a signature that the templates need.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{
    BoundLifetimes, FnArg, GenericArgument, GenericParam, Lifetime, PathArguments, ReturnType,
    Signature, Type, parse_quote,
};

/// Returns the declared return type in the form that a closure accepts.
///
/// Input: `fn f<'a>(..) -> Result<impl Display, &'a Error>`. Output: `Result<_, &'_ Error>`.
pub(crate) fn return_type(signature: &Signature) -> Type {
    match &signature.output {
        ReturnType::Default => parse_quote!(()),
        ReturnType::Type(_, declared) => inferred_type(declared),
    }
}

/// Returns false if a type is certain not to be a future by its spelling: `()`, `&str`,
/// `Result<T, E>`. Generated code allows a lint for the other types only, since an `allow` covers
/// the body too, and is an error where the user forbids the lint.
pub(crate) fn may_be_future(declared: &Type) -> bool {
    const OTHER_TYPES: [&str; 5] = ["Option", "String", "Vec", "bool", "char"];
    match declared {
        Type::Group(group) => may_be_future(&group.elem),
        Type::Paren(paren) => may_be_future(&paren.elem),
        Type::Path(named) => named.path.segments.last().is_none_or(|segment| {
            let name = segment.ident.to_string();
            !(is_number(&name) || name.ends_with("Result") || OTHER_TYPES.contains(&name.as_str()))
        }),
        Type::Infer(_) | Type::ImplTrait(_) | Type::Macro(_) => true,
        _ => false,
    }
}

/// Returns true if a value of the type borrows nothing, by its spelling: `()`, `bool`, numbers,
/// `String`, and an `Option`, `Result`, `Vec`, `Box`, tuple or array of such types.
pub(crate) fn borrows_nothing(declared: &Type) -> bool {
    const OWNED: [&str; 3] = ["String", "bool", "char"];
    const CONTAINERS: [&str; 4] = ["Option", "Result", "Vec", "Box"];
    match declared {
        Type::Group(group) => borrows_nothing(&group.elem),
        Type::Paren(paren) => borrows_nothing(&paren.elem),
        Type::Array(array) => borrows_nothing(&array.elem),
        Type::Tuple(tuple) => tuple.elems.iter().all(borrows_nothing),
        Type::Never(_) => true,
        Type::Path(named) if named.qself.is_none() => {
            let Some(segment) = named.path.segments.last() else { return false };
            let name = segment.ident.to_string();
            match &segment.arguments {
                PathArguments::None => OWNED.contains(&name.as_str()) || is_number(&name),
                PathArguments::AngleBracketed(arguments) => {
                    let owns = |argument: &GenericArgument| matches!(argument, GenericArgument::Type(inner) if borrows_nothing(inner));
                    CONTAINERS.contains(&name.as_str()) && arguments.args.iter().all(owns)
                }
                PathArguments::Parenthesized(_) => false,
            }
        }
        _ => false,
    }
}

/// Returns true for the names of the number types, such as `u8` and `isize`.
fn is_number(name: &str) -> bool {
    name.starts_with(['u', 'i', 'f']) && name.ends_with(['8', '6', '2', '4', 'e'])
}

/// Replaces the parts of a type that the compiler infers in an expression: every `impl Trait`, which
/// an expression may not contain, by `_`, and every named lifetime by `'_`. A lifetime that the
/// body names counts as needed, and clippy would not report it as superfluous.
///
/// Input: `(impl Tr, &'a str, &'static str, for<'b> fn(&'b u8))`.
/// Output: `(_, &'_ str, &'static str, for<'b> fn(&'b u8))`.
pub(crate) fn inferred_type(declared: &Type) -> Type {
    struct Infer {
        /// The lifetimes that a `for<..>` in the type declares.
        bound: Vec<Lifetime>,
    }

    impl VisitMut for Infer {
        fn visit_type_mut(&mut self, visited: &mut Type) {
            if matches!(visited, Type::ImplTrait(_)) {
                *visited = parse_quote!(_);
            } else {
                visit_mut::visit_type_mut(self, visited);
            }
        }

        fn visit_bound_lifetimes_mut(&mut self, declared: &mut BoundLifetimes) {
            self.bound.extend(declared.lifetimes.iter().filter_map(|parameter| match parameter {
                GenericParam::Lifetime(parameter) => Some(parameter.lifetime.clone()),
                _ => None,
            }));
        }

        fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
            if lifetime.ident != "static" && !self.bound.contains(lifetime) {
                lifetime.ident = Ident::new("_", lifetime.ident.span());
            }
        }
    }

    let mut inferred = declared.clone();
    Infer { bound: Vec::new() }.visit_type_mut(&mut inferred);
    inferred
}

/// Returns true if the function is certain to be in an `impl` or a trait, where the body may name
/// `Self`: it has a receiver, or its signature names `Self`. An associated function such as `fn
/// new(n: u8) -> Client` looks like a free function, and a macro cannot distinguish them.
pub(crate) fn can_name_self(signature: &Signature) -> bool {
    let has_receiver = matches!(signature.inputs.first(), Some(FnArg::Receiver(_)));
    has_receiver
        || mentions_self(signature.inputs.to_token_stream())
        || mentions_self(signature.output.to_token_stream())
}

fn mentions_self(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "Self",
        TokenTree::Group(group) => mentions_self(group.stream()),
        _ => false,
    })
}

//! The shape of a function: how its body is handed to the runtime, and which shapes cannot be.

use crate::errors::Errors;
use crate::function::Function;
use crate::kind::Kind;
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{FnArg, ReturnType, Signature, Type, parse_quote};

/// How the body runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A closure, called once.
    Sync,
    /// A future, polled to its end.
    Async,
}

impl Shape {
    pub(crate) fn of(signature: &Signature) -> Shape {
        if signature.asyncness.is_some() { Shape::Async } else { Shape::Sync }
    }
}

/// Reports shapes that cannot be traced.
pub(crate) fn validate(kind: Kind, function: &Function, errors: &mut Errors) {
    let signature = &function.signature;
    if let Some(constness) = &signature.constness {
        errors.push(
            constness,
            format_args!(
                "a `const fn` cannot be traced, since it may run in the compiler: \
                 remove `const` or `#[{}]`",
                kind.macro_name(),
            ),
        );
    }
    if let ReturnType::Type(_, returned) = &signature.output
        && let Some(lazy) = lazy_value(returned)
    {
        errors.push(
            returned,
            format_args!(
                "a function that returns a {lazy} is not traced yet: write an `async fn` that \
                 awaits it"
            ),
        );
    }
}

/// Whether `Self` can be named in the body: there is a receiver, or the signature names it.
pub(crate) fn knows_self_type(signature: &Signature) -> bool {
    let has_receiver = matches!(signature.inputs.first(), Some(FnArg::Receiver(_)));
    has_receiver
        || mentions(signature.inputs.to_token_stream(), &["Self"]).is_some()
        || mentions(signature.output.to_token_stream(), &["Self"]).is_some()
}

/// The declared return type, with `_` for every `impl Trait`, as a closure may write it.
pub(crate) fn returned_type(signature: &Signature) -> Type {
    match &signature.output {
        ReturnType::Default => parse_quote!(()),
        ReturnType::Type(_, returned) => {
            let mut returned = (**returned).clone();
            InferImplTrait.visit_type_mut(&mut returned);
            returned
        }
    }
}

struct InferImplTrait;

impl VisitMut for InferImplTrait {
    fn visit_type_mut(&mut self, written: &mut Type) {
        if matches!(written, Type::ImplTrait(_)) {
            *written = parse_quote!(_);
        } else {
            visit_mut::visit_type_mut(self, written);
        }
    }
}

/// A future or a stream does its work after the function has returned.
fn lazy_value(returned: &Type) -> Option<&'static str> {
    let names = ["Future", "BoxFuture", "LocalBoxFuture", "Stream", "BoxStream", "LocalBoxStream"];
    let found = mentions(returned.to_token_stream(), &names)?;
    Some(if found.ends_with("Stream") { "stream" } else { "future" })
}

/// The first of `names` that stands as a word anywhere in `tokens`.
fn mentions<'a>(tokens: TokenStream, names: &[&'a str]) -> Option<&'a str> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(ident) => names.iter().find(|name| ident == **name).copied(),
        TokenTree::Group(group) => mentions(group.stream(), names),
        _ => None,
    })
}

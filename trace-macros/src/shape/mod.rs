//! The shape of a function: how its body is handed to the runtime, and which shapes cannot be.

mod lazy;

pub(crate) use lazy::{Form, Lazy, LazyKind};

use crate::errors::Errors;
use crate::function::Function;
use crate::kind::Kind;
use crate::options::Options;
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{FnArg, ReturnType, Signature, Type, parse_quote};

/// How the body runs, and what its value does after that.
#[derive(Debug)]
pub(crate) enum Shape {
    /// A closure, called once.
    Sync,
    /// A future, polled to its end.
    Async,
    /// A closure whose value does its work later.
    Later(Lazy),
    /// A future whose value is a stream.
    AsyncStream(Lazy),
}

impl Shape {
    pub(crate) fn of(signature: &Signature) -> Shape {
        let lazy = match &signature.output {
            ReturnType::Default => None,
            ReturnType::Type(_, returned) => Lazy::of(returned),
        };
        match (signature.asyncness.is_some(), lazy) {
            (false, None) => Shape::Sync,
            (false, Some(lazy)) => Shape::Later(lazy),
            (true, Some(lazy)) if lazy.kind == LazyKind::Stream => Shape::AsyncStream(lazy),
            (true, _) => Shape::Async,
        }
    }

    fn returns_stream(&self) -> bool {
        match self {
            Shape::Later(lazy) | Shape::AsyncStream(lazy) => lazy.kind == LazyKind::Stream,
            Shape::Sync | Shape::Async => false,
        }
    }
}

/// Reports shapes that cannot be traced, and options that do not go with the shape.
pub(crate) fn validate(kind: Kind, function: &Function, options: &Options, errors: &mut Errors) {
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
    let returns_stream = Shape::of(signature).returns_stream();
    if let (Some(collect), false) = (options.collect.get(), returns_stream) {
        errors.push(
            collect,
            "`collect` is for functions that return `impl Stream`, a boxed stream, or a `Result` \
             of one: this function does not",
        );
    }
    if let (Some(output), true) = (options.output.get(), returns_stream) {
        errors.push(output, "the output of a stream is made by `collect`: write `collect = path`");
    }
}

/// Whether `Self` can be named in the body: there is a receiver, or the signature names it.
pub(crate) fn knows_self_type(signature: &Signature) -> bool {
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

/// The declared return type, as a closure may write it.
pub(crate) fn returned_type(signature: &Signature) -> Type {
    match &signature.output {
        ReturnType::Default => parse_quote!(()),
        ReturnType::Type(_, returned) => infer_impl_trait(returned),
    }
}

/// A type with `_` for every `impl Trait` in it.
fn infer_impl_trait(written: &Type) -> Type {
    struct Infer;

    impl VisitMut for Infer {
        fn visit_type_mut(&mut self, written: &mut Type) {
            if matches!(written, Type::ImplTrait(_)) {
                *written = parse_quote!(_);
            } else {
                visit_mut::visit_type_mut(self, written);
            }
        }
    }

    let mut inferred = written.clone();
    Infer.visit_type_mut(&mut inferred);
    inferred
}

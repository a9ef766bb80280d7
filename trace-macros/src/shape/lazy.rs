//! Values that do their work after the function has returned: futures and streams.

use crate::shape::infer_impl_trait;
use quote::ToTokens;
use syn::{
    AngleBracketedGenericArguments, GenericArgument, Path, PathArguments, PathSegment, Type,
    TypeParamBound, parse_quote,
};

/// A future or a stream, as the return type writes it.
#[derive(Clone)]
pub(crate) struct Lazy {
    pub(crate) kind: LazyKind,
    pub(crate) form: Form,
    /// Whether it is the success of a `Result`.
    pub(crate) in_result: bool,
    /// The `Output` of a future or the `Item` of a stream; `_` where it is not written.
    pub(crate) value: Type,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LazyKind {
    Future,
    Stream,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// `impl Future`
    Bare,
    /// `Box<dyn Future + Unpin>`
    Boxed,
    /// `Pin<Box<dyn Future>>`
    Pinned,
}

impl Lazy {
    /// What `returned` is, if it is lazy and written so that it can be told.
    pub(crate) fn of(returned: &Type) -> Option<Lazy> {
        match peeled(returned) {
            Type::ImplTrait(written) => Lazy::of_bounds(&written.bounds, Form::Bare),
            Type::Path(written) if written.qself.is_none() => Lazy::of_path(&written.path),
            _ => None,
        }
    }

    fn of_path(path: &Path) -> Option<Lazy> {
        let segment = path.segments.last()?;
        let name = segment.ident.to_string();
        let pinned = |kind| Lazy {
            kind,
            form: Form::Pinned,
            in_result: false,
            value: type_arguments(segment)
                .last()
                .map_or_else(inferred, |last| infer_impl_trait(last)),
        };
        match name.as_str() {
            "BoxFuture" | "LocalBoxFuture" => Some(pinned(LazyKind::Future)),
            "BoxStream" | "LocalBoxStream" => Some(pinned(LazyKind::Stream)),
            "Pin" => {
                let inside = Lazy::of(type_arguments(segment).first()?)?;
                (inside.form == Form::Boxed).then_some(Lazy { form: Form::Pinned, ..inside })
            }
            "Box" => match peeled(type_arguments(segment).first()?) {
                Type::TraitObject(object) => Lazy::of_bounds(&object.bounds, Form::Boxed),
                _ => None,
            },
            _ if name.ends_with("Result") => {
                let inside = Lazy::of(type_arguments(segment).first()?)?;
                Some(Lazy { in_result: true, ..inside })
            }
            _ => None,
        }
    }

    fn of_bounds<'a>(
        bounds: impl IntoIterator<Item = &'a TypeParamBound>,
        form: Form,
    ) -> Option<Lazy> {
        bounds.into_iter().find_map(|bound| {
            let TypeParamBound::Trait(bound) = bound else { return None };
            let segment = bound.path.segments.last()?;
            let kind = match segment.ident.to_string().as_str() {
                "Future" => LazyKind::Future,
                "Stream" | "FusedStream" => LazyKind::Stream,
                _ => return None,
            };
            Some(Lazy { kind, form, in_result: false, value: associated_type(segment) })
        })
    }
}

/// The type of `Output = ..` or `Item = ..`, with `_` for every `impl Trait` in it.
fn associated_type(segment: &PathSegment) -> Type {
    let written = arguments(segment).into_iter().flat_map(|arguments| &arguments.args);
    let mut types = written.filter_map(|argument| match argument {
        GenericArgument::AssocType(written) => Some(infer_impl_trait(&written.ty)),
        _ => None,
    });
    types.next().unwrap_or_else(inferred)
}

fn inferred() -> Type {
    parse_quote!(_)
}

fn type_arguments(segment: &PathSegment) -> Vec<&Type> {
    let written = arguments(segment).into_iter().flat_map(|arguments| &arguments.args);
    written
        .filter_map(|argument| match argument {
            GenericArgument::Type(written) => Some(written),
            _ => None,
        })
        .collect()
}

fn arguments(segment: &PathSegment) -> Option<&AngleBracketedGenericArguments> {
    match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => Some(arguments),
        _ => None,
    }
}

/// Without the parentheses and the invisible groups that `macro_rules!` puts around a `$t:ty`.
fn peeled(written: &Type) -> &Type {
    match written {
        Type::Group(group) => peeled(&group.elem),
        Type::Paren(paren) => peeled(&paren.elem),
        _ => written,
    }
}

impl std::fmt::Debug for Lazy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let value = self.value.to_token_stream();
        write!(f, "{:?} {:?} in_result={} {value}", self.kind, self.form, self.in_result)
    }
}

#[cfg(test)]
mod tests {
    use super::Lazy;

    #[test]
    fn lazy_types_are_told_by_how_they_are_written() {
        let table = [
            ("impl Future<Output = u8> + Send + 'a", "Future Bare in_result=false u8"),
            (
                "impl std::future::Future<Output = Result<impl Tr, E>>",
                "Future Bare in_result=false Result < _ , E >",
            ),
            ("Pin<Box<dyn Future<Output = u8> + Send + '_>>", "Future Pinned in_result=false u8"),
            ("core::pin::Pin<Box<(dyn Future<Output = ()>)>>", "Future Pinned in_result=false ()"),
            ("BoxFuture<'static, u8>", "Future Pinned in_result=false u8"),
            ("Box<dyn Future<Output = u8> + Unpin>", "Future Boxed in_result=false u8"),
            ("impl Stream<Item = u8>", "Stream Bare in_result=false u8"),
            ("io::Result<Pin<Box<dyn Stream<Item = u8>>>>", "Stream Pinned in_result=true u8"),
            ("Result<BoxStream<'a, u8>, E>", "Stream Pinned in_result=true u8"),
        ];
        for (written, told) in table {
            let lazy = Lazy::of(&syn::parse_str(written).expect("a type")).expect(written);
            assert_eq!(format!("{lazy:?}"), told, "{written}");
        }
    }

    #[test]
    fn other_types_are_not_lazy() {
        for written in [
            "u8",
            "impl Fn() -> BoxFuture<u8>",
            "TcpStream",
            "Vec<BoxFuture<'a, u8>>",
            "Box<dyn Fn()>",
            "Pin<&mut T>",
            "Result<u8, E>",
        ] {
            assert!(Lazy::of(&syn::parse_str(written).expect("a type")).is_none(), "{written}");
        }
    }
}

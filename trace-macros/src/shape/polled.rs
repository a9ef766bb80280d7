//! Return types that a caller polls after the function has returned: futures and streams.
//!
//! A macro sees the tokens of a type and nothing else, so a type counts as polled if its spelling
//! is one of the usual ones. `fn f() -> MyFuture` counts as a plain function.

use crate::signature::inferred_type;
use syn::{
    AngleBracketedGenericArguments, GenericArgument, Path, PathArguments, PathSegment, Type,
    TypeParamBound, parse_quote,
};

/// A future or a stream, as a return type declares it.
///
/// `Result<Pin<Box<dyn Stream<Item = u8>>>, Error>` is a `Stream` of `u8`, in a pinned box, in a
/// `Result`.
#[derive(Clone)]
pub(crate) struct PolledType {
    pub(crate) kind: PolledKind,
    pub(crate) boxing: Boxing,
    /// True if the future or stream is the `Ok` value of a `Result`.
    pub(crate) in_result: bool,
    /// The `Output` of a future or the `Item` of a stream; `_` where the type omits it.
    pub(crate) value: Type,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PolledKind {
    Future,
    Stream,
}

/// The box around a future or a stream. The runtime's adapter is put into a new box of the same
/// sort, so that the function still has its declared type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Boxing {
    /// `impl Future`
    Unboxed,
    /// `Box<dyn Future + Unpin>`
    Boxed,
    /// `Pin<Box<dyn Future>>`
    Pinned,
}

impl PolledType {
    /// Recognizes the spelling of a future or a stream, or returns `None`.
    pub(crate) fn from_type(declared: &Type) -> Option<PolledType> {
        match unwrap_groups(declared) {
            Type::ImplTrait(opaque) => PolledType::from_bounds(&opaque.bounds, Boxing::Unboxed),
            Type::Path(named) if named.qself.is_none() => PolledType::from_path(&named.path),
            _ => None,
        }
    }

    /// Recognizes the alias types of `futures` and the wrappers `Pin`, `Box` and `Result`. Only the
    /// last segment counts, because a user may import the type or write its full path.
    fn from_path(path: &Path) -> Option<PolledType> {
        let segment = path.segments.last()?;
        let name = segment.ident.to_string();
        match name.as_str() {
            "BoxFuture" | "LocalBoxFuture" => {
                Some(PolledType::from_alias(segment, PolledKind::Future))
            }
            "BoxStream" | "LocalBoxStream" => {
                Some(PolledType::from_alias(segment, PolledKind::Stream))
            }
            "Pin" => {
                let inside = PolledType::from_type(type_arguments(segment).next()?)?;
                // `Pin<&mut F>` borrows the future, so an adapter cannot own it.
                let is_box = inside.boxing == Boxing::Boxed;
                is_box.then_some(PolledType { boxing: Boxing::Pinned, ..inside })
            }
            "Box" => match unwrap_groups(type_arguments(segment).next()?) {
                Type::TraitObject(object) => PolledType::from_bounds(&object.bounds, Boxing::Boxed),
                _ => None,
            },
            // Aliases such as `io::Result<T>` and `MyResult<T>` have one type argument.
            _ if name.ends_with("Result") => {
                let inside = PolledType::from_type(type_arguments(segment).next()?)?;
                Some(PolledType { in_result: true, ..inside })
            }
            _ => None,
        }
    }

    /// Input: `BoxFuture<'static, u8>`. Output: a pinned future of `u8`.
    fn from_alias(segment: &PathSegment, kind: PolledKind) -> PolledType {
        let value = type_arguments(segment).last().map_or_else(inferred, inferred_type);
        PolledType { kind, boxing: Boxing::Pinned, in_result: false, value }
    }

    /// Input: `Future<Output = u8> + Send + 'a`. Output: a future of `u8`.
    fn from_bounds<'a>(
        bounds: impl IntoIterator<Item = &'a TypeParamBound>,
        boxing: Boxing,
    ) -> Option<PolledType> {
        bounds.into_iter().find_map(|bound| {
            let TypeParamBound::Trait(bound) = bound else { return None };
            let segment = bound.path.segments.last()?;
            let kind = match segment.ident.to_string().as_str() {
                "Future" => PolledKind::Future,
                "Stream" | "FusedStream" => PolledKind::Stream,
                _ => return None,
            };
            Some(PolledType { kind, boxing, in_result: false, value: associated_type(segment) })
        })
    }
}

/// Returns the first associated type of a trait, as an expression accepts it.
///
/// Input: `Future<Output = Result<impl Display, Error>>`. Output: `Result<_, Error>`.
fn associated_type(segment: &PathSegment) -> Type {
    let mut types = generic_arguments(segment).filter_map(|argument| match argument {
        GenericArgument::AssocType(associated) => Some(inferred_type(&associated.ty)),
        _ => None,
    });
    types.next().unwrap_or_else(inferred)
}

/// Returns the types among the generic arguments: `u8` of `BoxFuture<'static, u8>`.
fn type_arguments(segment: &PathSegment) -> impl Iterator<Item = &Type> {
    generic_arguments(segment).filter_map(|argument| match argument {
        GenericArgument::Type(declared) => Some(declared),
        _ => None,
    })
}

fn generic_arguments(segment: &PathSegment) -> impl Iterator<Item = &GenericArgument> {
    let arguments = match &segment.arguments {
        PathArguments::AngleBracketed(AngleBracketedGenericArguments { args, .. }) => Some(args),
        _ => None,
    };
    arguments.into_iter().flatten()
}

fn inferred() -> Type {
    parse_quote!(_)
}

/// Removes the parentheses around a type, and the groups without delimiters that `macro_rules!`
/// puts around a `$t:ty`.
pub(super) fn unwrap_groups(declared: &Type) -> &Type {
    match declared {
        Type::Group(group) => unwrap_groups(&group.elem),
        Type::Paren(paren) => unwrap_groups(&paren.elem),
        _ => declared,
    }
}

// Not derived, since `syn::Type` implements `Debug` only with a feature that costs build time.
impl std::fmt::Debug for PolledType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let value = quote::ToTokens::to_token_stream(&self.value);
        write!(f, "{:?} {:?} in_result={} {value}", self.kind, self.boxing, self.in_result)
    }
}

#[cfg(test)]
mod tests {
    use super::PolledType;

    #[test]
    fn from_type_with_a_future_or_stream_recognizes_its_parts() {
        let table = [
            ("impl Future<Output = u8> + Send + 'a", "Future Unboxed in_result=false u8"),
            (
                "impl std::future::Future<Output = Result<impl Tr, E>>",
                "Future Unboxed in_result=false Result < _ , E >",
            ),
            ("Pin<Box<dyn Future<Output = u8> + Send + '_>>", "Future Pinned in_result=false u8"),
            ("core::pin::Pin<Box<(dyn Future<Output = ()>)>>", "Future Pinned in_result=false ()"),
            ("BoxFuture<'static, u8>", "Future Pinned in_result=false u8"),
            ("Box<dyn Future<Output = u8> + Unpin>", "Future Boxed in_result=false u8"),
            ("impl Stream<Item = u8>", "Stream Unboxed in_result=false u8"),
            ("io::Result<Pin<Box<dyn Stream<Item = u8>>>>", "Stream Pinned in_result=true u8"),
            ("Result<BoxStream<'a, u8>, E>", "Stream Pinned in_result=true u8"),
        ];
        for (declared, expected) in table {
            let polled = PolledType::from_type(&syn::parse_str(declared).expect("a type"));
            assert_eq!(format!("{:?}", polled.expect(declared)), expected, "{declared}");
        }
    }

    #[test]
    fn from_type_with_another_type_returns_none() {
        for declared in [
            "u8",
            "impl Fn() -> BoxFuture<u8>",
            "TcpStream",
            "Vec<BoxFuture<'a, u8>>",
            "Box<dyn Fn()>",
            "Pin<&mut T>",
            "Result<u8, E>",
        ] {
            let parsed = syn::parse_str(declared).expect("a type");
            assert!(PolledType::from_type(&parsed).is_none(), "{declared}");
        }
    }
}

//! Finds the call in a traced expression, and its arguments.

use super::argument::{Treatment, argument_name, inner_part, last_name, treatment};
use crate::errors::Errors;
use crate::expand::generated_ident;
use crate::kind::Kind;
use crate::options::Options;
use crate::suggestion::unknown_argument;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Expr, Member, Token};

/// The call in a `traced!`, after which its span is named.
pub(super) struct Call {
    /// The default name of the span.
    pub(super) name: String,
    /// An expression for the path of the called function, as the call spells it.
    pub(super) path: TokenStream,
    /// The position of the call's name.
    pub(super) span: Span,
    /// The arguments that the span records.
    pub(super) captured: Vec<CapturedArgument>,
    /// The arguments that are evaluated first.
    pub(super) bound: Vec<BoundArgument>,
    /// False for an expression that calls nothing, which has no input.
    pub(super) has_arguments: bool,
}

/// An argument that is captured.
pub(super) struct CapturedArgument {
    pub(super) position: usize,
    pub(super) name: String,
    pub(super) source: Source,
}

/// The origin of a captured value.
pub(super) enum Source {
    InPlace(TokenStream),
    /// The variable of a [`BoundArgument`].
    Bound(Ident),
}

/// An argument that is evaluated before the call.
pub(super) struct BoundArgument {
    pub(super) variable: Ident,
    pub(super) value: Expr,
}

impl Call {
    /// Returns the call of an expression whose calls are not known, such as a block.
    pub(super) fn unknown(kind: Kind, expression: &TokenStream) -> Call {
        Call {
            name: kind.macro_name().to_owned(),
            path: quote!(::core::module_path!()),
            span: expression.span(),
            captured: Vec::new(),
            bound: Vec::new(),
            has_arguments: false,
        }
    }

    /// Finds the outermost call of `expression`, and replaces the arguments that are evaluated
    /// first by variables.
    ///
    /// Input: `client.chat(request, 1 + 2).await`. Output: a call named `chat`, which captures
    /// `request` where it is, and binds `1 + 2`.
    pub(super) fn take(
        kind: Kind,
        expression: &mut Expr,
        options: &Options,
        errors: &mut Errors,
    ) -> Call {
        let mut call = Call::unknown(kind, &expression.to_token_stream());
        let mut none = Punctuated::new();
        let arguments = match outermost_call(expression) {
            Expr::Call(found) => {
                if let Some(name) = function_name(&found.func) {
                    call.path = path_text(&found.func, &name);
                    call.name = name;
                }
                call.span = found.func.span();
                call.has_arguments = true;
                &mut found.args
            }
            Expr::MethodCall(found) => {
                call.name = found.method.unraw().to_string();
                call.path = call.name.to_token_stream();
                call.span = found.method.span();
                call.has_arguments = true;
                &mut found.args
            }
            Expr::Macro(found) => {
                if let Some(last) = found.mac.path.segments.last() {
                    call.name = last.ident.unraw().to_string();
                }
                &mut none
            }
            _ => &mut none,
        };
        call.take_arguments(arguments, options, errors);
        call
    }

    fn take_arguments(
        &mut self,
        arguments: &mut Punctuated<Expr, Token![,]>,
        options: &Options,
        errors: &mut Errors,
    ) {
        let is_recorded = !options.skip_all.is_set() && !options.input.is_set();
        let mut names: Vec<String> = Vec::new();
        for (position, argument) in arguments.iter_mut().enumerate() {
            let part = inner_part(argument);
            let name = argument_name(part).filter(|name| !names.contains(name));
            let name = name.unwrap_or_else(|| format!("arg{position}"));
            names.push(name.clone());
            // An argument in `skip` stays where it is.
            if options.skipped().iter().any(|skipped| skipped.unraw() == name.as_str()) {
                continue;
            }
            let source = match treatment(part) {
                Treatment::Leave => continue,
                Treatment::InPlace(captured) => Source::InPlace(captured),
                Treatment::Bind => {
                    let variable = generated_ident(&format!("arg{position}"));
                    let value = std::mem::replace(part, syn::parse_quote!(#variable));
                    self.bound.push(BoundArgument { variable: variable.clone(), value });
                    Source::Bound(variable)
                }
            };
            if is_recorded {
                self.captured.push(CapturedArgument { position, name, source });
            }
        }
        for skipped in options.skipped() {
            if !names.iter().any(|name| skipped.unraw() == name.as_str()) {
                let message = unknown_argument(skipped, &names, "call", "this expression has none");
                errors.push(skipped, message);
            }
        }
    }
}

/// Returns the call after which the span is named. Methods of `Result` and `Option` that only
/// convert the value of a call do not count.
fn outermost_call(expression: &mut Expr) -> &mut Expr {
    const CONVERSIONS: [&str; 11] = [
        "context",
        "expect",
        "map_err",
        "ok",
        "ok_or",
        "ok_or_else",
        "unwrap",
        "unwrap_or",
        "unwrap_or_default",
        "unwrap_or_else",
        "with_context",
    ];
    let converts = matches!(&*expression, Expr::MethodCall(call)
        if CONVERSIONS.contains(&call.method.to_string().as_str())
            && matches!(&*call.receiver, Expr::Await(_) | Expr::Call(_) | Expr::MethodCall(_)));
    match (converts, expression) {
        (true, Expr::MethodCall(inner)) => outermost_call(&mut inner.receiver),
        (_, Expr::Await(inner)) => outermost_call(&mut inner.base),
        (_, Expr::Group(inner)) => outermost_call(&mut inner.expr),
        (_, Expr::Paren(inner)) => outermost_call(&mut inner.expr),
        (_, Expr::Reference(inner)) => outermost_call(&mut inner.expr),
        (_, Expr::Try(inner)) => outermost_call(&mut inner.expr),
        (_, other) => other,
    }
}

/// Returns the name of a called function: that of a path, or of a field that holds a function.
fn function_name(function: &Expr) -> Option<String> {
    match function {
        Expr::Paren(inner) => function_name(&inner.expr),
        Expr::Group(inner) => function_name(&inner.expr),
        Expr::Field(field) => match &field.member {
            Member::Named(name) => Some(name.unraw().to_string()),
            Member::Unnamed(_) => None,
        },
        other => last_name(other),
    }
}

/// Input: `tools::Weather::<u8>::look_up`. Output: `"tools::Weather::look_up"`.
fn path_text(function: &Expr, name: &str) -> TokenStream {
    let Expr::Path(path) = function else { return name.to_token_stream() };
    let names = path.path.segments.iter().map(|segment| segment.ident.unraw().to_string());
    names.collect::<Vec<_>>().join("::").to_token_stream()
}

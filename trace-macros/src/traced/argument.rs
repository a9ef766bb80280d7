//! Decides how each argument of a traced call is captured.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Expr, ExprCall, ExprPath, Member, UnOp};

/// The way to capture one argument.
pub(super) enum Treatment {
    /// A variable, a field or a literal: it is captured by reference, before the call uses it.
    InPlace(TokenStream),
    /// An expression that is evaluated first. The call receives its value.
    Bind,
    /// A closure, or a value whose type depends on its place in the call. It is not captured.
    Leave,
}

/// Returns the part of an argument that is captured: `part` of `Some(part)`, otherwise the argument
/// itself. The call may convert that part, as in `Some(&string)` for an `Option<&str>`, so the
/// `Some` has to stay in its place.
pub(super) fn inner_part(argument: &mut Expr) -> &mut Expr {
    if let Expr::Call(call) = &*argument
        && call.args.len() == 1
        && last_name(&call.func).as_deref() == Some("Some")
    {
        let Expr::Call(call) = argument else { return argument };
        return inner_part(&mut call.args[0]);
    }
    argument
}

/// Decides how an argument is captured.
pub(super) fn treatment(argument: &Expr) -> Treatment {
    if let Some(captured) = captured_in_place(argument) {
        return Treatment::InPlace(captured);
    }
    if stays(argument) { Treatment::Leave } else { Treatment::Bind }
}

/// Returns the expression to capture, without its outer references, if it has no effects and moves
/// nothing.
fn captured_in_place(argument: &Expr) -> Option<TokenStream> {
    match argument {
        Expr::Group(group) => captured_in_place(&group.expr),
        Expr::Paren(paren) => captured_in_place(&paren.expr),
        Expr::Reference(reference) => captured_in_place(&reference.expr),
        Expr::Lit(literal) => Some(literal.to_token_stream()),
        Expr::Unary(unary) if is_literal(&unary.expr) => Some(unary.to_token_stream()),
        Expr::Array(array) => {
            let is_effectless = |element: &Expr| match element {
                Expr::Reference(_) => captured_in_place(element).is_some(),
                _ => is_literal(element),
            };
            array.elems.iter().all(is_effectless).then(|| array.to_token_stream())
        }
        place => is_place(place).then(|| place.to_token_stream()),
    }
}

fn is_literal(expression: &Expr) -> bool {
    matches!(expression, Expr::Lit(_))
}

/// Returns true for variables, their fields, and dereferences of them.
fn is_place(expression: &Expr) -> bool {
    match expression {
        Expr::Group(group) => is_place(&group.expr),
        Expr::Paren(paren) => is_place(&paren.expr),
        Expr::Field(field) => is_self(&field.base) || is_place(&field.base),
        Expr::Unary(unary) => matches!(unary.op, UnOp::Deref(_)) && is_place(&unary.expr),
        Expr::Path(path) => is_variable(path),
        _ => false,
    }
}

/// Returns true for a path that begins with a small letter, as variables do. All other paths count
/// as constants or variants of enums, and are bound.
fn is_variable(path: &ExprPath) -> bool {
    let Some(ident) = path.path.get_ident().filter(|_| path.qself.is_none()) else { return false };
    let name = ident.unraw().to_string();
    name != "self" && name.starts_with(|first: char| first.is_lowercase() || first == '_')
}

fn is_self(expression: &Expr) -> bool {
    matches!(expression, Expr::Path(path) if path.path.is_ident("self"))
}

/// Returns true for an argument whose type depends on its place in the call: a closure, `self`, a
/// function, or a list with elements that the call converts.
fn stays(argument: &Expr) -> bool {
    match argument {
        Expr::Closure(_) | Expr::Async(_) => true,
        Expr::Group(group) => stays(&group.expr),
        Expr::Paren(paren) => stays(&paren.expr),
        Expr::Reference(reference) => stays(&reference.expr),
        Expr::Array(array) => array.elems.iter().any(is_converted),
        Expr::Tuple(tuple) => tuple.elems.iter().any(is_converted),
        Expr::Macro(found) if found.mac.path.is_ident("vec") => found
            .mac
            .parse_body_with(syn::punctuated::Punctuated::<Expr, syn::Token![,]>::parse_terminated)
            .is_ok_and(|elements| elements.iter().any(is_converted)),
        Expr::Call(call) => is_pointer(call) && call.args.iter().any(stays),
        Expr::Path(path) => {
            let last = path.path.segments.last();
            let is_function = |name: String| name.starts_with(char::is_lowercase);
            is_self(argument) || last.is_some_and(|last| is_function(last.ident.to_string()))
        }
        _ => false,
    }
}

/// Returns true for an element that may be converted where it is: `Box::new(tool)` to a
/// `Box<dyn Tool>`, or `&string` to a `&str`.
fn is_converted(element: &Expr) -> bool {
    match element {
        Expr::Reference(_) => true,
        Expr::Call(call) => is_pointer(call),
        _ => stays(element) && !is_place(element),
    }
}

/// Returns true for `Box::new(..)`, `Box::pin(..)`, `Rc::new(..)` and `Arc::new(..)`.
fn is_pointer(call: &ExprCall) -> bool {
    let Expr::Path(function) = &*call.func else { return false };
    let segments = &function.path.segments;
    let Some(owner) = segments.len().checked_sub(2).map(|owner| segments[owner].ident.to_string())
    else {
        return false;
    };
    ["Box", "Rc", "Arc"].contains(&owner.as_str())
}

/// Returns the name under which an argument is recorded: that of its variable or field. Scrubbing
/// secrets depends on it, so a conversion keeps the name.
///
/// Input: `&request.api_key.clone()`. Output: `api_key`.
pub(super) fn argument_name(argument: &Expr) -> Option<String> {
    const CONVERSIONS: [&str; 14] = [
        "clone",
        "cloned",
        "copied",
        "to_owned",
        "to_string",
        "to_vec",
        "into",
        "as_str",
        "as_ref",
        "as_mut",
        "as_deref",
        "as_slice",
        "as_bytes",
        "unwrap",
    ];
    match argument {
        Expr::Group(group) => argument_name(&group.expr),
        Expr::Paren(paren) => argument_name(&paren.expr),
        Expr::Reference(reference) => argument_name(&reference.expr),
        Expr::Unary(unary) => argument_name(&unary.expr),
        Expr::Try(question) => argument_name(&question.expr),
        Expr::MethodCall(call)
            if call.args.is_empty() && CONVERSIONS.contains(&call.method.to_string().as_str()) =>
        {
            argument_name(&call.receiver)
        }
        Expr::Field(field) => match &field.member {
            Member::Named(name) => Some(name.unraw().to_string()),
            Member::Unnamed(_) => None,
        },
        Expr::Path(path) => {
            let name = path.path.get_ident()?.unraw().to_string();
            let is_constant = !name.contains(char::is_lowercase);
            (is_variable(path) || is_constant).then_some(name)
        }
        _ => None,
    }
}

/// Returns the last name of the path of a function.
pub(super) fn last_name(function: &Expr) -> Option<String> {
    let Expr::Path(path) = function else { return None };
    Some(path.path.segments.last()?.ident.unraw().to_string())
}

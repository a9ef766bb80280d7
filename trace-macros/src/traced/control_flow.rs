//! Control flow in a traced expression: `.await`, `?` and `return`.
//!
//! The expression becomes the body of a closure. There `?` and `return` would leave the closure
//! instead of the function around it, so they are rejected. In closures, async blocks and items
//! inside of the expression they mean the same as before.

use crate::errors::Errors;
use proc_macro2::{TokenStream, TokenTree};
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, Item, Macro};

/// The control flow of a traced expression.
pub(super) struct ControlFlow {
    pub(super) has_await: bool,
}

impl ControlFlow {
    /// Reads an expression. The visitor takes it by a mutable reference, but changes nothing.
    pub(super) fn of_expression(expression: &mut Expr, errors: &mut Errors) -> Self {
        let mut visitor = Visitor { has_await: false, errors };
        visitor.visit_expr_mut(expression);
        ControlFlow { has_await: visitor.has_await }
    }

    /// Reads tokens that are not an expression for `syn`.
    pub(super) fn of_tokens(tokens: &TokenStream) -> Self {
        ControlFlow { has_await: contains_await(tokens.clone()) }
    }
}

struct Visitor<'a> {
    has_await: bool,
    errors: &'a mut Errors,
}

impl VisitMut for Visitor<'_> {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        match expression {
            Expr::Closure(_) | Expr::Async(_) => return,
            Expr::Await(_) => self.has_await = true,
            Expr::Try(question) => self.errors.push(
                question.question_token,
                "`?` inside of `traced!` would leave the span instead of the function: write it \
                 after the macro, as in `traced!(llm, ask(question).await)?`",
            ),
            Expr::Return(found) => self.errors.push(
                found.return_token,
                "`return` inside of `traced!` would leave the span instead of the function: \
                 return the value of the macro, as in `return traced!(..)`",
            ),
            _ => {}
        }
        visit_mut::visit_expr_mut(self, expression);
    }

    fn visit_macro_mut(&mut self, found: &mut Macro) {
        self.has_await |= contains_await(found.tokens.clone());
    }

    fn visit_item_mut(&mut self, _: &mut Item) {}
}

/// Returns true for tokens with `.await`, outside of async blocks.
fn contains_await(tokens: TokenStream) -> bool {
    let mut follows_dot = false;
    let mut in_async = false;
    for token in tokens {
        match &token {
            TokenTree::Ident(ident) if follows_dot && ident == "await" => return true,
            TokenTree::Ident(ident) if ident == "async" => in_async = true,
            TokenTree::Group(_) if in_async => in_async = false,
            TokenTree::Group(group) if contains_await(group.stream()) => return true,
            _ => {}
        }
        follows_dot = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '.');
    }
    false
}

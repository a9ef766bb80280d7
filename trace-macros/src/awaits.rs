//! Finds out whether the body of an async function awaits anything.
//!
//! A body that does not is traced as that of a plain function, because its future completes with
//! the first poll. Clippy then reports an unused `async`, as it does without tracing.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Macros of the standard library. None of them adds an `.await`. Those that stand for code which is
/// not written yet are absent: for clippy, that code may await.
const STD_MACROS: &[&str] = &[
    "assert",
    "assert_eq",
    "assert_ne",
    "cfg",
    "column",
    "compile_error",
    "concat",
    "dbg",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "env",
    "eprint",
    "eprintln",
    "file",
    "format",
    "format_args",
    "include_bytes",
    "include_str",
    "line",
    "matches",
    "module_path",
    "option_env",
    "panic",
    "print",
    "println",
    "stringify",
    "thread_local",
    "unreachable",
    "vec",
    "write",
    "writeln",
];

/// Keywords before a `!` that calls no macro: `return !(a || b)`.
const KEYWORDS: &[&str] = &["break", "else", "if", "in", "match", "return", "while"];

/// Returns true if a body contains an `.await`, or a macro call that may expand to one.
/// An `.await` in an async block or an async function belongs to that.
///
/// Input: `spawn(async { fetch().await }); format!("{n}")`. Output: false.
pub(crate) fn may_await(body: TokenStream) -> bool {
    let tokens: Vec<TokenTree> = body.into_iter().collect();
    let mut is_async = false;
    for (index, token) in tokens.iter().enumerate() {
        let rest = &tokens[index + 1..];
        match token {
            TokenTree::Ident(ident) if ident == "await" => return true,
            TokenTree::Ident(ident) if ident == "async" => is_async = !is_closure(rest),
            TokenTree::Ident(ident) if is_unknown_macro(&ident.to_string(), rest) => return true,
            TokenTree::Group(group) if is_async && group.delimiter() == Delimiter::Brace => {
                is_async = false;
            }
            TokenTree::Group(group) if may_await(group.stream()) => return true,
            _ => {}
        }
    }
    false
}

/// Returns true if the tokens after `async` are those of a closure, which may have no braces.
fn is_closure(rest: &[TokenTree]) -> bool {
    let is_move = matches!(rest.first(), Some(TokenTree::Ident(ident)) if ident == "move");
    let head = rest.get(usize::from(is_move));
    matches!(head, Some(TokenTree::Punct(punct)) if punct.as_char() == '|')
}

fn is_unknown_macro(name: &str, rest: &[TokenTree]) -> bool {
    let [TokenTree::Punct(punct), TokenTree::Group(_), ..] = rest else { return false };
    punct.as_char() == '!' && !STD_MACROS.contains(&name) && !KEYWORDS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::may_await;

    #[test]
    fn may_await_is_true_for_an_await_of_the_body_and_for_unknown_macros() {
        let table = [
            ("n + 1", false),
            ("f().await", true),
            ("vec![f().await]", true),
            ("spawn(async { f().await })", false),
            ("spawn(async move { f().await }); g().await", true),
            ("async fn f(n: u8) -> u8 { g(n).await } n", false),
            ("async |n| f(n).await", true),
            ("async move |n| { f(n).await }", true),
            ("println!(\"{n}\"); std::assert!(n > 1)", false),
            ("join!(a, b)", true),
            ("todo!()", true),
            ("if !(a || b) { return !(a) } a != (b)", false),
        ];
        for (body, expected) in table {
            assert_eq!(may_await(body.parse().expect("tokens")), expected, "{body}");
        }
    }
}

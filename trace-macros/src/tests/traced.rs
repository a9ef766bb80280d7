//! `traced!`: its error messages, and the code for `.await`.

use super::compile_errors;
use crate::traced::expand;
use proc_macro2::TokenStream;
use quote::quote;

/// Returns the messages for `traced!(input)` in order. Asserts that the expansion is an expression.
fn messages(input: TokenStream) -> Vec<String> {
    let expanded = expand(input);
    syn::parse2::<syn::Expr>(expanded.clone()).expect("an expression");
    compile_errors(&expanded)
}

const QUESTION_MARK: &str = "`?` inside of `traced!` would leave the span instead of the \
     function: write it after the macro, as in `traced!(llm, ask(question).await)?`";

#[test]
fn invocation_with_a_mistake_reports_the_correct_form() {
    let table = [
        (
            quote!(),
            "expected a kind and an expression: write `traced!(llm, client.chat(request).await)`",
        ),
        (
            quote!("llm", f()),
            "expected a kind and an expression: write `traced!(llm, client.chat(request).await)`",
        ),
        (
            quote!(llm),
            "expected `,` and an expression after the kind: write `traced!(llm, \
             client.chat(request).await)`",
        ),
        (
            quote!(llm(model = m) f()),
            "expected `,` and an expression after the kind: write `traced!(llm, \
             client.chat(request).await)`",
        ),
        (
            quote!(chain, f(), name = "a"),
            "expected one expression: options belong in parentheses after the kind, as in \
             `traced!(chain(name = \"my span\"), ..)`",
        ),
        (
            quote!(tool(definition = WEATHER), weather(city)),
            "option `definition` needs a function: write `#[tool(definition = WEATHER)]` on the \
             function, or remove it here",
        ),
        (
            quote!(llm(collect = join, output = f), g()),
            "`output` and `collect` cannot be combined: keep one of them",
        ),
        (
            quote!(llm(skip(promt)), ask(&prompt, 1 + 1)),
            "no argument `promt` to skip: did you mean `prompt`? Arguments of this call: \
             `prompt`, `arg1`",
        ),
        (quote!(llm(skip(a)), { f() }), "no argument `a` to skip: this expression has none"),
        (quote!(llm, f()?), QUESTION_MARK),
        (quote!(llm, client()?.ask(question).await), QUESTION_MARK),
        (
            quote!(
                llm,
                match x {
                    Some(x) => f(x),
                    None => return 1,
                }
            ),
            "`return` inside of `traced!` would leave the span instead of the function: return \
             the value of the macro, as in `return traced!(..)`",
        ),
    ];
    for (input, message) in table {
        assert_eq!(messages(input.clone()), [message], "{input}");
    }
}

#[test]
fn unknown_kind_lists_the_kinds_and_a_similar_one() {
    assert_eq!(
        messages(quote!(lmm, f())),
        ["unknown kind `lmm`: did you mean `llm`? Kinds: `agent`, `chain`, `llm`, `tool`, \
          `retriever`, `embedding`, `reranker`, `guardrail`, `evaluator`, `prompt`, `decision`. \
          First the kind, then the expression: write `traced!(llm, client.chat(request).await)`"]
    );
}

#[test]
fn unknown_option_names_the_macro_and_the_options_of_a_call() {
    let found = messages(quote!(llm(modle = "m"), f()));
    let expected = "unknown option `modle` for `traced!(llm, ..)`: did you mean `model`? Accepted";
    assert!(found.len() == 1 && found[0].starts_with(expected), "{found:?}");
    let found = messages(quote!(tool(colour = 1), f()));
    assert!(!found[0].contains("definition"), "{found:?}");
}

#[test]
fn control_flow_that_stays_inside_is_accepted() {
    let accepted = [
        quote!(
            chain,
            f(|x| {
                g(x)?;
                Some(1)
            })
        ),
        quote!(chain, {
            let h = async {
                g().await?;
                Ok(1)
            };
            h.await
        }),
        quote!(chain, {
            fn g() -> u8 {
                return 1;
            }
            g()
        }),
        quote!(chain, f(g()?)),
        quote!(chain, f(x),),
    ];
    for input in accepted {
        assert_eq!(messages(input.clone()), [] as [&str; 0], "{input}");
    }
}

#[test]
fn expression_with_a_syntax_error_is_emitted_unchanged() {
    let expanded = expand(quote!(llm, client.)).to_string();
    assert!(!expanded.contains("compile_error"), "{expanded}");
    assert!(expanded.contains("{ client . }"), "{expanded}");
}

#[test]
fn await_decides_the_runtime_function() {
    let is_async = |input: TokenStream| expand(input).to_string().contains("in_call_async");
    for input in [
        quote!(llm, f().await),
        quote!(llm, f().await.unwrap()),
        quote!(llm, format!("{}", f().await)),
        quote!(llm, {
            f().await;
        }),
    ] {
        assert!(is_async(input.clone()), "{input}");
    }
    for input in [
        quote!(llm, f()),
        quote!(llm, f(g().await)),
        quote!(llm, async { f().await }),
        quote!(llm, spawn(async move { f().await })),
        quote!(llm, vec![async { f().await }]),
    ] {
        assert!(!is_async(input.clone()), "{input}");
    }
}

//! The error messages of the macros: each names the mistake, the accepted forms, and a correction.

use super::compile_errors;
use crate::expand::expand;
use crate::kind::Kind;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

/// Expands `#[kind(options)] item` and returns the messages in order. Asserts that the item itself
/// is still there, so that code which uses it compiles.
fn messages(kind: Kind, options: TokenStream, item: &TokenStream) -> Vec<String> {
    let expanded = expand(kind, options, item);
    let messages = compile_errors(&expanded);
    let keeps_item = expanded.to_string().ends_with(&item.to_string());
    assert!(keeps_item || messages.is_empty(), "{expanded}");
    messages
}

/// Returns the messages for an annotation of a correct function.
fn option_messages(kind: Kind, options: TokenStream) -> Vec<String> {
    messages(
        kind,
        options,
        &quote!(
            fn ask(prompt: &str, client: &Client) -> String {
                todo()
            }
        ),
    )
}

#[test]
fn unknown_option_lists_accepted_options_and_a_similar_one() {
    assert_eq!(
        option_messages(Kind::Chain, quote!(nmae = "a")),
        [
            "unknown option `nmae` for `#[chain]`: did you mean `name`? Accepted options: `name`, `skip`, \
          `skip_all`, `skip_output`, `input`, `output`, `attributes`, `parent`, `root`, `session`, `user`, `collect`, `crate`"
        ]
    );
    assert_eq!(
        option_messages(Kind::Llm, quote!(colour = 1)),
        ["unknown option `colour` for `#[llm]`. Accepted options: `name`, `skip`, `skip_all`, \
          `skip_output`, `input`, `output`, `attributes`, `parent`, `root`, `session`, `user`, `collect`, `crate`, `model`, \
          `provider`"]
    );
}

#[test]
fn option_of_another_macro_is_rejected() {
    let found = option_messages(Kind::Agent, quote!(description = "d"));
    assert!(
        found[0].starts_with("unknown option `description` for `#[agent]`. Accepted options: ")
    );
    assert!(
        option_messages(Kind::Tool, quote!(description = "d", parameters = p, definition = D))
            .is_empty()
    );
    for kind in [Kind::Llm, Kind::Embedding, Kind::Reranker] {
        assert!(option_messages(kind, quote!(model = "m", provider = "p")).is_empty());
    }
}

#[test]
fn option_with_a_mistake_reports_the_correct_form() {
    let table = [
        (quote!(name), "option `name` takes a value: write `name = \"my span\"`"),
        (quote!(name("a")), "option `name` takes a value: write `name = \"my span\"`"),
        (quote!(name = ), "option `name` takes a value: write `name = \"my span\"`"),
        (quote!(root = true), "option `root` takes no value: write `root`"),
        (
            quote!(skip = prompt),
            "option `skip` takes a list in parentheses: write `skip(argument)`",
        ),
        (
            quote!(attributes = 1),
            "option `attributes` takes a list in parentheses: write `attributes(key = value, \"dotted.key\" = value)`",
        ),
        (
            quote!(attributes(a.b = 1)),
            "an attribute key with a dot must be a string: write `\"a.…\" = value`",
        ),
        (
            quote!(attributes(1 = 1)),
            "expected an attribute: write `key = value` or `\"dotted.key\" = value`",
        ),
        (
            quote!("my span"),
            "expected an option of `#[prompt]`: one of `name`, `skip`, `skip_all`, `skip_output`, `input`, `output`, `attributes`, `parent`, `root`, `session`, `user`, `collect`, `crate`",
        ),
        (quote!(root skip_all), "expected `,` between two options"),
        (
            quote!(skip(promt)),
            "no argument `promt` to skip: did you mean `prompt`? Arguments of this function: `prompt`, `client`",
        ),
        (quote!(skip(self)), "`self` is never recorded: remove it from `skip`"),
        (quote!(root, root), "option `root` is given twice: keep one of them"),
        (quote!(root, parent = p), "`parent` and `root` cannot be combined: keep one of them"),
        (
            quote!(skip_all, input = i),
            "`input` and `skip_all` cannot be combined: keep one of them",
        ),
        (
            quote!(skip_output, output = o),
            "`output` and `skip_output` cannot be combined: keep one of them",
        ),
    ];
    for (options, message) in table {
        let options = options.to_token_stream();
        let found = option_messages(Kind::Prompt, options.clone());
        assert_eq!(found, [message], "{options}");
    }
}

#[test]
fn several_mistakes_are_reported_together() {
    let found =
        option_messages(Kind::Chain, quote!(nmae = "a", root = 1, skip(missing), name = "a"));
    assert_eq!(found.len(), 3, "{found:?}");
}

#[test]
fn item_that_cannot_be_traced_reports_the_reason() {
    let table = [
        (
            quote!(
                const fn f() {}
            ),
            "a `const fn` cannot be traced, because it may run at compile time: remove `const` or `#[chain]`",
        ),
        (
            quote!(
                fn f(&self);
            ),
            "a function without a body cannot be traced: write this attribute on the implementation",
        ),
        (
            quote!(
                struct S;
            ),
            "expected a function: write this attribute on a `fn` with a body",
        ),
        (
            quote!(impl S { fn f() {} }),
            "expected a function: write this attribute on a `fn` with a body",
        ),
    ];
    for (item, message) in table {
        assert_eq!(messages(Kind::Chain, TokenStream::new(), &item), [message], "{item}");
    }
}

#[test]
fn collect_without_a_stream_and_output_with_a_stream_are_rejected() {
    let plain = quote!(
        fn f() -> u8 {
            1
        }
    );
    let stream = quote!(
        fn f() -> impl Stream<Item = u8> {
            s()
        }
    );
    assert_eq!(
        messages(Kind::Chain, quote!(collect = join), &plain),
        [
            "`collect` needs a function that returns `impl Stream`, a boxed stream, or a `Result` of \
          one: this function returns none of them"
        ]
    );
    assert_eq!(
        messages(Kind::Chain, quote!(output = f), &stream),
        ["`collect` makes the output of a stream: write `collect = path`"]
    );
    assert!(messages(Kind::Chain, quote!(collect = join::<u8>), &stream).is_empty());
}

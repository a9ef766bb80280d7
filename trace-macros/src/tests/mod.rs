//! What the macros write, and what they say of mistakes.

mod snapshots;

use crate::expand::expand;
use crate::kind::Kind;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

/// Every message of an expansion that reports mistakes, in order.
fn messages(kind: Kind, options: TokenStream, item: &TokenStream) -> Vec<String> {
    let expanded = expand(kind, options, item).to_string();
    let invocations = expanded.split("compile_error ! {").skip(1);
    let is_as_it_was = expanded.ends_with(&item.to_string());
    assert!(is_as_it_was || !expanded.contains("compile_error"), "{expanded}");
    let quoted = invocations.map(|rest| rest.split_once('}').map_or("", |(message, _)| message));
    let literal = |text: &str| syn::parse_str::<syn::LitStr>(text.trim()).map(|text| text.value());
    quoted.map(|text| literal(text).expect("a message")).collect()
}

/// The messages for a function that itself is fine.
fn mistakes(kind: Kind, options: TokenStream) -> Vec<String> {
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
fn an_unknown_option_is_answered_with_the_accepted_and_the_nearest() {
    assert_eq!(
        mistakes(Kind::Chain, quote!(nmae = "a")),
        ["unknown option `nmae` of `#[chain]`: did you mean `name`? accepted are `name`, `skip`, \
          `skip_all`, `skip_output`, `input`, `output`, `attributes`, `parent`, `root`, `collect`, `crate`"]
    );
    assert_eq!(
        mistakes(Kind::Llm, quote!(colour = 1)),
        ["unknown option `colour` of `#[llm]`: accepted are `name`, `skip`, `skip_all`, \
          `skip_output`, `input`, `output`, `attributes`, `parent`, `root`, `collect`, `crate`, `model`, \
          `provider`"]
    );
}

#[test]
fn options_of_other_macros_are_not_accepted() {
    let said = mistakes(Kind::Agent, quote!(description = "d"));
    assert!(said[0].starts_with("unknown option `description` of `#[agent]`: accepted are"));
    assert!(
        mistakes(Kind::Tool, quote!(description = "d", parameters = p, definition = D)).is_empty()
    );
    for kind in [Kind::Llm, Kind::Embedding, Kind::Reranker] {
        assert!(mistakes(kind, quote!(model = "m", provider = "p")).is_empty());
    }
}

#[test]
fn a_misused_option_is_answered_with_how_to_write_it() {
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
        (quote!(attributes(a.b = 1)), "a key with a dot is written as text: `\"a.…\" = value`"),
        (
            quote!(attributes(1 = 1)),
            "expected an attribute: write `key = value` or `\"dotted.key\" = value`",
        ),
        (
            quote!("my span"),
            "expected an option of `#[prompt]`: `name`, `skip`, `skip_all`, `skip_output`, `input`, `output`, `attributes`, `parent`, `root`, `collect`, `crate`",
        ),
        (quote!(root skip_all), "expected `,` between two options"),
        (
            quote!(skip(promt)),
            "no argument `promt` to skip: did you mean `prompt`? the arguments are `prompt`, `client`",
        ),
        (quote!(root, root), "option `root` is given twice: keep one of them"),
        (quote!(root, parent = p), "`parent` and `root` exclude each other: keep one of them"),
        (
            quote!(skip_all, input = i),
            "`input` and `skip_all` exclude each other: keep one of them",
        ),
        (
            quote!(skip_output, output = o),
            "`output` and `skip_output` exclude each other: keep one of them",
        ),
    ];
    for (options, message) in table {
        let options = options.to_token_stream();
        let said = mistakes(Kind::Prompt, options.clone());
        assert_eq!(said.first().map(String::as_str), Some(message), "{options}");
    }
}

#[test]
fn several_mistakes_are_reported_together() {
    let said = mistakes(Kind::Chain, quote!(nmae = "a", root = 1, skip(nobody), name = "a"));
    assert_eq!(said.len(), 3, "{said:?}");
}

#[test]
fn functions_that_cannot_be_traced_say_why() {
    let table = [
        (
            quote!(
                const fn f() {}
            ),
            "a `const fn` cannot be traced, since it may run in the compiler: remove `const` or `#[chain]`",
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
fn options_for_streams_are_for_streams() {
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
        ["`collect` is for functions that return `impl Stream`, a boxed stream, or a `Result` of \
          one: this function does not"]
    );
    assert_eq!(
        messages(Kind::Chain, quote!(output = f), &stream),
        ["the output of a stream is made by `collect`: write `collect = path`"]
    );
    assert!(messages(Kind::Chain, quote!(collect = join::<u8>), &stream).is_empty());
}

#[test]
fn a_half_written_body_is_left_to_the_compiler() {
    let item: TokenStream = "fn f(a: u8) -> u8 { let x = a. }".parse().expect("tokens");
    let expanded = expand(Kind::Chain, TokenStream::new(), &item).to_string();
    assert!(!expanded.contains("compile_error"), "{expanded}");
    assert!(expanded.contains("let x = a ."), "{expanded}");
}

#[test]
fn everything_in_front_of_a_body_is_kept() {
    let item = quote! {
        #[must_use]
        #[cfg(test)]
        pub(crate) default unsafe extern "C" fn f<'a>(self: Box<Self>) -> u8 where Self: 'a {
            #![allow(unused)]
            1
        }
    };
    let expanded = expand(Kind::Chain, TokenStream::new(), &item).to_string();
    let head = quote! {
        #[must_use]
        #[cfg(test)]
        #[allow(unused)]
        pub(crate) default unsafe extern "C" fn f<'a>(self: Box<Self>) -> u8 where Self: 'a
    };
    assert!(expanded.starts_with(&head.to_string()), "{expanded}");
}

#[test]
fn the_runtime_may_live_elsewhere() {
    let item = quote!(
        fn f() {}
    );
    let expanded = expand(Kind::Chain, quote!(crate = my::runtime), &item).to_string();
    assert!(expanded.contains("my :: runtime :: __private :: in_span"), "{expanded}");
    assert!(!expanded.contains("trace_runtime"), "{expanded}");
}

#[test]
fn no_attribute_key_is_written_here() {
    let options = quote!(name = n, model = m, provider = p, attributes(a = 1), root);
    let item = quote!(
        async fn f(a: u8) -> Result<u8, E> {
            g().await
        }
    );
    let expanded = expand(Kind::Llm, options, &item).to_string();
    for key in ["input.", "output.", "llm.", "openinference", "exception"] {
        assert!(!expanded.contains(key), "{key} in {expanded}");
    }
}

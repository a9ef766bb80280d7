//! Parts of generated code that the snapshots do not show.

use crate::expand::expand;
use crate::kind::Kind;
use proc_macro2::TokenStream;
use quote::quote;

#[test]
fn body_with_a_syntax_error_is_emitted_unchanged() {
    let item: TokenStream = "fn f(a: u8) -> u8 { let x = a. }".parse().expect("tokens");
    let expanded = expand(Kind::Chain, TokenStream::new(), &item).to_string();
    assert!(!expanded.contains("compile_error"), "{expanded}");
    assert!(expanded.contains("let x = a ."), "{expanded}");
}

#[test]
fn head_with_every_qualifier_is_emitted_unchanged() {
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
fn option_crate_replaces_the_path_of_the_runtime() {
    let item = quote!(
        fn f() {}
    );
    let expanded = expand(Kind::Chain, quote!(crate = my::runtime), &item).to_string();
    assert!(expanded.contains("my :: runtime :: __private :: in_span"), "{expanded}");
    assert!(!expanded.contains("trace_runtime"), "{expanded}");
}

#[test]
fn expansion_contains_no_attribute_key() {
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

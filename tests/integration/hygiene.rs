//! Expansions do not depend on the names in scope at the call site.

use integration_tests::{block_on, traced};

#[no_implicit_prelude]
mod without_prelude {
    #[::trace_runtime::chain(attributes(a = 1))]
    pub(super) fn sync(text: &str) -> ::std::result::Result<usize, ::std::string::String> {
        ::std::result::Result::Ok(text.len())
    }

    #[::trace_runtime::chain]
    pub(super) async fn asynchronous(text: &str) -> ::std::option::Option<usize> {
        ::std::option::Option::Some(text.len())
    }

    #[::trace_runtime::chain]
    pub(super) fn stream()
    -> ::std::pin::Pin<::std::boxed::Box<dyn ::futures_util::Stream<Item = u8>>> {
        ::std::boxed::Box::pin(::futures_util::stream::iter([1_u8]))
    }
}

#[allow(unused, non_upper_case_globals, non_snake_case, reason = "names that get in the way")]
mod shadowed {
    pub(super) mod core {}
    pub(super) mod std {}
    pub(super) mod alloc {}
    pub(super) mod trace_runtime {}
    struct Box;
    struct Option;
    struct Result;
    struct String;
    struct Vec;
    trait Future {}
    trait Capture {}
    fn Ok() {}
    fn Err() {}
    fn Some() {}
    const None: () = ();

    macro_rules! capture {
        () => {};
    }
    macro_rules! outcome {
        () => {};
    }
    pub(super) use {capture, outcome};

    #[::trace_runtime::chain(name = n)]
    pub(super) fn sync(__trace_span: u8, returned: u8, n: &'static str) -> u8 {
        let _ = n;
        __trace_span + returned
    }

    #[::trace_runtime::chain]
    pub(super) async fn asynchronous(value: u8, item: u8) -> ::std::result::Result<u8, u8> {
        if value == 0 {
            return ::std::result::Result::Err(1);
        }
        ::std::result::Result::Ok(item)
    }
}

macro_rules! traced_function {
    ($name:ident, $kind:ident, $argument:ident: $type:ty, $returned:ty, $body:expr) => {
        #[trace_runtime::$kind(name = stringify!($name))]
        fn $name($argument: $type) -> $returned {
            $body
        }
    };
}

traced_function!(by_macro, llm, text: &str, Result<usize, String>, Ok(text.len()));
traced_function!(boxed_by_macro, chain, n: u8, std::pin::Pin<Box<dyn Future<Output = u8>>>, Box::pin(async move { n }));

#[trace_runtime::chain]
fn r#match(r#type: &str) -> &str {
    r#type
}

#[test]
fn shadowed_names_and_missing_prelude_compile() {
    let tree = traced(|| {
        without_prelude::sync("abc").unwrap();
        block_on(without_prelude::asynchronous("ab"));
        block_on(futures_util::StreamExt::count(without_prelude::stream()));
        shadowed::sync(1, 2, "named");
        block_on(shadowed::asynchronous(0, 1)).unwrap_err();
        by_macro("x").unwrap();
        block_on(boxed_by_macro(4));
        r#match("y");
    });
    assert_eq!(
        tree,
        r#"sync [CHAIN] ok in=abc out=3
asynchronous [CHAIN] ok in=ab out=2
stream [CHAIN] ok in={} out=[1]
  !First Token Stream Event
named [CHAIN] ok in={"__trace_span":1,"returned":2,"n":"named"} out=3
asynchronous [CHAIN] error(u8: 1) in={"value":0,"item":1}
  !exception | u8 | 1
by_macro [LLM] ok in={"text":"x"} out=1
boxed_by_macro [CHAIN] ok in=4 out=4
match [CHAIN] ok in=y out=y
"#
    );
}

/// A blanket trait of the user whose method names the expansion might use too.
mod methods_for_everything {
    pub(super) trait Ext {
        fn capture(&self) -> u8 {
            1
        }
        fn describe(&self) -> u8 {
            1
        }
        fn recorded(&self) -> u8 {
            1
        }
        fn split(&self) -> u8 {
            1
        }
        fn is_optional(&self) -> u8 {
            1
        }
        fn write_schema(&self) -> u8 {
            1
        }
    }

    impl<T: ?Sized> Ext for T {}

    #[trace_runtime::tool(definition = FIND)]
    pub(super) fn find(n: u8) -> Result<u8, std::fmt::Error> {
        let all = [n.capture(), n.describe(), n.recorded(), n.split()];
        Ok(all.iter().sum::<u8>() + n.is_optional() + n.write_schema())
    }
}

#[test]
fn blanket_trait_methods_do_not_shadow_the_expansion() {
    let tree = traced(|| assert_eq!(methods_for_everything::find(2), Ok(6)));
    assert_eq!(tree, "find [TOOL] ok in={\"n\":2} out=6\n");
    assert_eq!(methods_for_everything::FIND.parameters()["required"], serde_json::json!(["n"]));
}

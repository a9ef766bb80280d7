//! Compares whole expansions, formatted, with the files in `snapshots`, so that a change of an
//! expansion appears in the diff of these files. `UPDATE_SNAPSHOTS=1 cargo test -p trace-macros`
//! rewrites them.
//!
//! Outside of a compiler every body counts as one line, so the braces of async bodies are absent.

use crate::expand::expand;
use crate::kind::Kind;
use crate::traced;
use proc_macro2::TokenStream;
use std::path::Path;

/// The name of the file, the macro, its options, and the annotated function.
const CASES: [(&str, Kind, &str, &str); 10] = [
    ("sync", Kind::Chain, "", "fn f(a: u8, (b, _c): (u8, u8)) -> u8 { a + b }"),
    (
        "method",
        Kind::Tool,
        "description = \"d\"",
        "/// Doc.\nfn f(&mut self) -> &mut u8 { &mut self.n }",
    ),
    (
        "tool",
        Kind::Tool,
        "definition = WEATHER, skip(client)",
        "/// Doc.\npub fn weather<'a>(client: &Client, /** The city */ city: &'a str, Day { n, .. }: Day, x: impl Send) {}",
    ),
    (
        "async_fn",
        Kind::Llm,
        "model = m, skip(m)",
        "async fn f(m: &str, p: &str) -> Result<u8, E> { g(p).await?; Ok(1) }",
    ),
    (
        "async_without_await",
        Kind::Chain,
        "",
        "async fn f<'a>(mut p: &'a str) -> &'a str { p = p.trim(); format!(\"{p}\"); p }",
    ),
    (
        "options",
        Kind::Agent,
        "name = format!(\"{a}\"), root, input = a + 1, output = |v| v.len(), attributes(x = a, \"y.z\" = true)",
        "fn f(a: u8) -> String { a.to_string() }",
    ),
    (
        "future",
        Kind::Chain,
        "",
        "fn f(a: u8) -> impl Future<Output = Result<u8, E>> + Send { prologue(); async move { Ok(a) } }",
    ),
    (
        "boxed_future",
        Kind::Chain,
        "skip_output",
        "fn f<'a>(&'a self) -> Pin<Box<dyn Future<Output = u8> + Send + 'a>> { Box::pin(async move { self.n }) }",
    ),
    (
        "stream",
        Kind::Llm,
        "",
        "fn f(a: u8) -> Result<impl Stream<Item = u8>, E> { Ok(iter(0..a)) }",
    ),
    (
        "async_stream",
        Kind::Chain,
        "collect = join",
        "async fn f() -> BoxStream<'static, u8> { s().await }",
    ),
];

/// The name of the file, and the input of `traced!`.
const CALLS: [(&str, &str); 2] = [
    ("traced_call", "chain, look_up(topic, depth + 1, |found| found.len())"),
    ("traced_await", r#"llm(model = m, skip_output), client.chat().create("x", &r, None).await"#),
];

#[test]
fn expansion_of_each_call_matches_its_snapshot() {
    for (name, input) in CALLS {
        let expanded = traced::expand(input.parse().expect("tokens"));
        assert_snapshot(name, &format!("async fn case() {{ {expanded} }}"));
    }
}

/// Compares the code, formatted, with the file of this name.
fn assert_snapshot(name: &str, expanded: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/snapshots");
    let file = syn::parse_str(expanded).expect("an expansion is an item");
    let formatted = prettyplease::unparse(&file);
    let path = folder.join(format!("{name}.rs"));
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, &formatted).expect("the folder is writable");
    }
    let snapshot = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(formatted, snapshot, "{name}: review, then UPDATE_SNAPSHOTS=1");
}

#[test]
fn expansion_of_each_case_matches_its_snapshot() {
    for (name, kind, options, function) in CASES {
        let tokens = |text: &str| -> TokenStream { text.parse().expect("tokens") };
        let expanded = expand(kind, tokens(options), &tokens(function));
        let expanded = format!("impl Case {{ {expanded} }}");
        assert_snapshot(name, &expanded);
    }
}

//! Compares the findings of rustc and clippy for the functions in `findings/`, traced and untraced.

use serde_json::Value;
use std::collections::BTreeSet;
use std::process::Command;

/// Lints that do not find a traced function, each with the reason. The opposite, a lint that finds
/// only the traced function, is never accepted.
const HIDDEN: &[(&str, &str)] = &[
    ("clippy::manual_async_fn", "the body is the argument of a call, not an async block alone"),
    ("clippy::needless_pass_by_value", "the closure owns the arguments if the result may borrow"),
    ("clippy::needless_return", "a body with a `mut` argument is not in tail position"),
    ("clippy::only_used_in_recursion", "the span reads the argument"),
    ("clippy::ptr_arg", "the span records the argument with its whole type"),
    ("clippy::redundant_locals", "the closure owns the arguments if the result may borrow"),
    ("clippy::unnecessary_literal_bound", "the function returns the result of a call"),
    ("clippy::unnecessary_wraps", "the function returns the result of a call"),
    ("unconditional_recursion", "the recursive call is in a closure"),
];

/// A lint, its position and its message.
type Finding = (String, String, String);

#[test]
fn traced_functions_have_the_findings_of_untraced_functions() {
    let (untraced, traced) = (findings("findings"), findings("findings,traced"));
    assert!(untraced.len() > 50, "{untraced:#?}");
    let added: Vec<&Finding> = traced.difference(&untraced).collect();
    assert!(added.is_empty(), "only traced: {added:#?}");
    let is_hidden = |lint: &str| HIDDEN.iter().any(|(hidden, _)| *hidden == lint);
    let (hidden, missing): (Vec<&Finding>, Vec<&Finding>) =
        untraced.difference(&traced).partition(|(lint, ..)| is_hidden(lint));
    assert!(missing.is_empty(), "only untraced: {missing:#?}");
    for (lint, reason) in HIDDEN {
        assert!(hidden.iter().any(|(found, ..)| found == lint), "{lint} is found: {reason}");
    }
}

/// Returns the findings of clippy, which include those of rustc, with the features.
fn findings(features: &str) -> BTreeSet<Finding> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["clippy", "--offline", "--package=lints", "--example=findings"])
        .args(["--message-format=json", "--features", features])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let messages = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    messages.filter_map(|message| finding(&message)).collect()
}

fn finding(message: &Value) -> Option<Finding> {
    let is_of_example = message["target"]["name"] == "findings";
    let message = &message["message"];
    let lint = message["code"]["code"].as_str().filter(|_| is_of_example)?;
    let spans = message["spans"].as_array()?;
    let span = spans.iter().find(|span| span["is_primary"] == true)?;
    let position = format!("{}:{}:{}", span["file_name"], span["line_start"], span["column_start"]);
    Some((lint.to_owned(), position, message["message"].to_string()))
}

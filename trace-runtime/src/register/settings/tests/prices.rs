//! The table of prices: code before the environment, and the error for a file that is none.

use super::*;
use std::path::PathBuf;

fn message(setting: &str, path: &str, reason: &str) -> String {
    format!(
        "{setting} names {path}, which is not a table of prices ({reason}): expected the `data.json` \
         of genai-prices, version 2"
    )
}

#[test]
fn prices_in_code_win_over_the_variable() {
    let variables = [("TRACE_PRICES", "/nowhere/of-variable.json")];
    let found = error(&register().prices("/nowhere/of-code.json"), &variables);
    assert!(found.starts_with("`prices(..)` names /nowhere/of-code.json"), "{found}");
    let found = error(&register(), &variables);
    assert!(found.starts_with("`TRACE_PRICES` names /nowhere/of-variable.json"), "{found}");
}

#[test]
fn unusable_file_of_prices_is_an_error_with_its_path_and_reason() {
    let this = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let folder = this.display().to_string();
    let found = error(&register().prices(&this), &[]);
    assert_eq!(found, message("`prices(..)`", &folder, "it is not a regular file"));
    let toml = this.join("Cargo.toml").display().to_string();
    let found = error(&register(), &[("TRACE_PRICES", &toml)]);
    assert!(found.starts_with(&format!("`TRACE_PRICES` names {toml}, which is")), "{found}");
    assert!(found.contains("invalid provider data"), "{found}");
}

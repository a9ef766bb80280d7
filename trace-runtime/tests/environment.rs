//! Checks that the documents list each environment variable that the crate reads.

mod sources;

use sources::rust_files;
use std::fs;
use std::path::Path;

/// Words that are spelled like a variable, but that users do not set.
const OTHER_WORDS: &[&str] = &["CARGO_PKG_NAME", "CARGO_PKG_VERSION", "LLM_JUDGE"];

/// Returns the texts in quotes that are capitals with an underscore, such as `NO_COLOR`.
fn variables(code: &str) -> impl Iterator<Item = &str> {
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.flat_map(|line| line.split('"')).filter(|word| {
        let is_spelled = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        let parts = word.split('_');
        parts.clone().count() > 1
            && parts.clone().all(|part| !part.is_empty())
            && word.chars().all(is_spelled)
            && word.starts_with(|c: char| c.is_ascii_uppercase())
    })
}

#[test]
fn each_variable_that_is_read_has_a_row_in_a_document() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| fs::read_to_string(root.join(path)).expect("a readable document");
    let documents = read("src/environment.md") + &read("../docs/backends.md");
    let mut files = Vec::new();
    rust_files(&root.join("src"), &mut files);
    let (mut found, mut missing) = (0, Vec::new());
    for file in files {
        let code = fs::read_to_string(&file).expect("a readable file");
        for name in variables(&code).filter(|name| !OTHER_WORDS.contains(name)) {
            found += 1;
            // backends.md also writes `NAME=value`.
            let is_listed =
                ["`", "="].iter().any(|end| documents.contains(&format!("{name}{end}")));
            if !is_listed {
                missing.push(format!("{name} in {}", file.display()));
            }
        }
    }
    assert!(found > 80, "only {found} variables were found");
    assert!(missing.is_empty(), "without a row: {missing:#?}");
}

#[test]
fn variables_are_found_in_code_only() {
    let code = "env.get(\"NO_COLOR\"); // \"X_Y\"\n// \"NOT_READ\"\nlet text = \"LLM\";";
    assert_eq!(variables(code).collect::<Vec<_>>(), ["NO_COLOR", "X_Y"]);
}

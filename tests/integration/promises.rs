//! Checks that documents name files and tests that exist, and that each promise in
//! `docs/reliability.md` links to a test.

use std::path::{Path, PathBuf};

/// A link to a test, such as ``[`module::test`](../tests/module.rs)``.
struct TestLink<'a> {
    name: &'a str,
    file: &'a str,
}

impl TestLink<'_> {
    /// Returns true if the file has this test. A name without a module is that of a whole file.
    fn leads_to_a_test(&self, folder: &Path) -> bool {
        let file = folder.join(self.file);
        let Ok(text) = std::fs::read_to_string(&file) else { return false };
        let Some((_, test)) = self.name.rsplit_once("::") else { return true };
        let is_test = |at: usize| {
            let attribute = text[..at].trim_end().trim_end_matches("async").trim_end();
            attribute.ends_with("#[test]") || attribute.ends_with("#[tokio::test]")
        };
        file.file_stem().unwrap() == test || text.find(&format!("fn {test}()")).is_some_and(is_test)
    }
}

/// Returns the links to files of Rust whose text is code.
fn links(text: &str) -> impl Iterator<Item = TestLink<'_>> {
    text.split("[`").skip(1).filter_map(|rest| {
        let (name, rest) = rest.split_once("`](")?;
        let file = rest.split_once(')')?.0;
        let is_name = name.chars().all(|c| c.is_alphanumeric() || "_:".contains(c));
        let is_rust = Path::new(file).extension().is_some_and(|extension| extension == "rs");
        (is_name && is_rust).then_some(TestLink { name, file })
    })
}

/// Returns the words in backquotes that are paths below the root of the repository.
fn paths(text: &str) -> impl Iterator<Item = &str> {
    const FOLDERS: &[&str] =
        &["benches", "docs", "examples", "integrations", "tests", "trace-macros", "trace-runtime"];
    text.split('`').filter(|word| {
        let folder = word.split_once('/').map(|(folder, _)| folder);
        folder.is_some_and(|folder| FOLDERS.contains(&folder))
            && word.chars().all(|c| c.is_alphanumeric() || "/._-".contains(c))
    })
}

fn documents(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(documents(&path));
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    found
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Returns each document with its text: those in `docs`, the README and the guide for contributors.
fn texts() -> impl Iterator<Item = (PathBuf, String)> {
    let others = ["README.md", "CONTRIBUTING.md"].map(|name| root().join(name));
    documents(&root().join("docs")).into_iter().chain(others).map(|document| {
        let text = std::fs::read_to_string(&document).unwrap();
        (document, text)
    })
}

#[test]
fn each_linked_test_of_a_document_exists() {
    let mut checked = 0;
    for (document, text) in texts() {
        for link in links(&text) {
            let folder = document.parent().unwrap();
            assert!(link.leads_to_a_test(folder), "{}: no {}", document.display(), link.name);
            checked += 1;
        }
    }
    assert!(checked > 80, "{checked}");
}

#[test]
fn each_path_in_a_document_exists() {
    let mut checked = 0;
    for (document, text) in texts() {
        for path in paths(&text) {
            assert!(root().join(path).exists(), "{}: no {path}", document.display());
            checked += 1;
        }
    }
    assert!(checked > 40, "{checked}");
}

#[test]
fn each_promise_links_to_a_test() {
    let page = std::fs::read_to_string(root().join("docs/reliability.md")).unwrap();
    let table = page.split_once("| promise | test |\n|---|---|\n").unwrap().1;
    let mut promises = 0;
    for row in table.lines().take_while(|row| row.starts_with('|')) {
        let [_, promise, tests, _] = row.split('|').collect::<Vec<_>>()[..] else {
            panic!("two columns: {row}");
        };
        assert!(links(tests).next().is_some(), "without a test: {promise}");
        promises += 1;
    }
    assert!(promises > 40, "{promises}");
}

#[test]
fn each_difference_to_python_links_to_a_test() {
    let page = std::fs::read_to_string(root().join("docs/guide/from-phoenix.md")).unwrap();
    let table = page.split_once("| Python | this crate | test |\n|---|---|---|\n").unwrap().1;
    let mut rows = table.lines().take_while(|row| row.starts_with('|'));
    assert!(rows.all(|row| links(row).next().is_some()), "each row names its test");
}

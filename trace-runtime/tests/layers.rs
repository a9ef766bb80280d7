//! Checks the direction of imports between the rooms of this crate.
//!
//! A room is a top-level module. `CONTRIBUTING.md` draws the rooms and the path of a value through
//! them; this test keeps both drawings true.

mod sources;

use sources::rust_files;
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms from top to bottom. A room imports only from rooms below it.
const ROOMS: &[&str] = &[
    "testing",
    "tracing",
    "async_openai",
    "reqwest",
    "http",
    "mcp",
    "instrument",
    "register",
    "feedback",
    "delivery",
    "enrich",
    "mask",
    "scope",
    "tool",
    "span",
    "recording",
    "record",
    "capture",
    "propagation",
    "in_current_span",
    "readable",
    "openinference",
    "memory",
    "config",
    "panic",
    "sync",
];

/// The files that are not rooms: the crate root, the seam to generated code, and documentation.
const NOT_ROOMS: &[&str] = &["lib", "private", "macros"];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn contributing() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../CONTRIBUTING.md");
    fs::read_to_string(path).expect("CONTRIBUTING.md is readable")
}

/// Returns the room of a source file: the first part of its path below `src`.
fn room(file: &Path) -> String {
    let below = file.strip_prefix(source()).expect("a file below src");
    let first = below.iter().next().expect("a file name").to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

/// Returns the code of a file: without comments, and without its unit tests, which may use the whole
/// crate.
fn code(file: &Path) -> String {
    let text = fs::read_to_string(file).expect("a source file");
    let without_tests = text.split("\nmod tests {").next().unwrap_or_default();
    let code = without_tests.lines().map(|line| line.split("//").next().unwrap_or_default());
    code.collect::<Vec<_>>().join("\n")
}

/// Lists the first parts of paths that begin with `crate::`, also inside braces. Paths in macros for
/// generated code begin with `$crate::` and do not count.
fn imports(code: &str) -> Vec<String> {
    let mut imports = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|before| before == '$' || before.is_alphanumeric() || before == '_') {
            continue;
        }
        let path = &code[at + "crate::".len()..];
        match path.strip_prefix('{') {
            Some(group) => imports.extend(group_items(group).iter().map(|item| first_name(item))),
            None => imports.push(first_name(path)),
        }
    }
    imports
}

/// Splits the inside of braces at the commas that are not inside further braces.
fn group_items(group: &str) -> Vec<&str> {
    let (mut items, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            ',' if depth == 0 => {
                items.push(group[start..at].trim());
                start = at + 1;
            }
            '}' if depth == 0 => {
                items.push(group[start..at].trim());
                break;
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    items
}

fn first_name(path: &str) -> String {
    path.chars().take_while(|character| character.is_alphanumeric() || *character == '_').collect()
}

#[test]
fn every_top_level_module_is_a_room() {
    for entry in fs::read_dir(source()).expect("src") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "md") {
            continue;
        }
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let is_known = ROOMS.contains(&&*name) || NOT_ROOMS.contains(&&*name);
        assert!(is_known, "`{name}` has no place in ROOMS, in tests/layers.rs");
    }
}

#[test]
fn imports_point_down() {
    let rank = |name: &str| ROOMS.iter().position(|room| *room == name);
    let (mut files, mut upward) = (Vec::new(), Vec::new());
    rust_files(&source(), &mut files);
    for file in &files {
        let room = room(file);
        let Some(own) = rank(&room) else { continue };
        for import in imports(&code(file)) {
            // A name that is not a room is an item that the crate root exports: import its owner.
            if rank(&import).is_none_or(|imported| imported < own) {
                upward.push(format!("{} imports crate::{import}", file.display()));
            }
        }
    }
    assert!(files.len() > 100, "only {} files were read", files.len());
    assert!(upward.is_empty(), "imports that point up or to the root:\n{}", upward.join("\n"));
}

#[test]
fn imports_are_found_in_every_form() {
    let code = "use crate::span::Call; use crate::{mask, scope::{a, b}}; crate::panic::catch(f); \
                $crate::hidden::x; my_crate::other";
    assert_eq!(imports(code), ["span", "mask", "scope", "panic"]);
}

#[test]
fn contributing_lists_every_room_in_order() {
    let text = contributing();
    let places: Vec<_> = ROOMS
        .iter()
        .map(|room| {
            let row = format!("| `{room}` |");
            text.find(&row).unwrap_or_else(|| panic!("CONTRIBUTING.md has no row {row}"))
        })
        .collect();
    assert!(places.is_sorted(), "the rooms of CONTRIBUTING.md are in another order than ROOMS");
}

#[test]
fn path_of_a_value_names_files_that_exist() {
    let text = contributing();
    let path = text.split("## The path of a value").nth(1).expect("the section");
    let path = path.split("\n## ").next().expect("the section's text");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let files: Vec<_> = path.split('`').filter(|word| word.contains(".rs")).collect();
    assert!(files.len() >= 10, "only {} files", files.len());
    for file in files {
        assert!(root.join(file).is_file(), "{file} is a step and does not exist");
    }
}

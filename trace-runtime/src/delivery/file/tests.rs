//! Blocks that are torn, as the parser of a browser reads them. `delivery::page` of the integration
//! tests reads whole pages.

use super::{append, page};
use crate::delivery::settings::FileFormat;
use std::io::{Read, Seek, SeekFrom};

/// A script element: the value of its attribute `class`, and its content.
type Script = (String, String);

/// Reads tags and scripts by the rules of the HTML standard, as far as pages need them. Returns the
/// scripts, and the text outside of elements.
fn parse(html: &str) -> (Vec<Script>, String) {
    let (mut scripts, mut text, mut rest) = (Vec::new(), String::new(), html);
    while let Some(at) = rest.find('<') {
        text += &rest[..at];
        rest = &rest[at + 1..];
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/') {
            text.push('<');
            continue;
        }
        let end = rest.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(rest.len());
        let name = &rest[..end];
        let (class, after) = attributes(&rest[end..]);
        rest = after;
        if name == "script" {
            // Only this tag ends the content. Our own blocks write it without attributes.
            let end = rest.find("</script>").unwrap_or(rest.len());
            scripts.push((class, rest[..end].to_owned()));
            rest = rest.get(end + "</script>".len()..).unwrap_or_default();
        }
    }
    (scripts, text + rest)
}

/// Reads the attributes of a tag to its `>`. Returns the first `class`, and the rest of the document.
fn attributes(mut rest: &str) -> (String, &str) {
    let mut class = None;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if let Some(after) = rest.strip_prefix('>') {
            return (class.unwrap_or_default(), after);
        }
        if rest.is_empty() {
            return (class.unwrap_or_default(), rest);
        }
        let ends_name = |c: char| c.is_whitespace() || "=>/".contains(c);
        // A `=` in front is a part of the name.
        let end = rest[1..].find(ends_name).map_or(rest.len(), |at| at + 1);
        let name = &rest[..end];
        rest = &rest[end..];
        let Some(value) = rest.strip_prefix('=') else { continue };
        let (value, after) = match value.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => value.split_at(value.find([' ', '\n', '>']).unwrap_or(value.len())),
        };
        rest = after;
        if name == "class" && class.is_none() {
            class = Some(value.to_owned());
        }
    }
}

/// Returns the content of the readable blocks of a page, and the text that it shows.
fn read(bytes: &[u8]) -> (Vec<Vec<u8>>, String) {
    let (scripts, text) = parse(std::str::from_utf8(bytes).unwrap());
    let blocks = scripts.into_iter().filter(|(class, _)| class == "spans");
    (blocks.filter_map(|(_, content)| page::decode(&content).ok()).collect(), text)
}

#[test]
fn block_torn_at_any_character_leaves_the_next_block_readable() {
    let torn = page::entry(b"torn\n").unwrap();
    let next = page::entry(b"next\n").unwrap();
    for length in 0..=torn.len() {
        let mut file = tempfile(&torn[..length]);
        append::append(&mut file, &next, FileFormat::Page).unwrap();
        append::append(&mut file, &next, FileFormat::Page).unwrap();
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(0)).unwrap();
        file.read_to_end(&mut bytes).unwrap();
        let (mut blocks, text) = read(&bytes);
        // Only the line break is missing in the last but one case.
        let is_whole = length + "\n".len() >= torn.len();
        if is_whole {
            assert_eq!(blocks.remove(0), b"torn\n");
        }
        assert_eq!(blocks, [b"next\n", b"next\n"], "{length}");
        // A single `<` is text for every parser.
        let expected = if length == 1 { "<" } else { "" };
        assert_eq!(text.split_whitespace().collect::<String>(), expected, "{length}");
    }
}

/// Returns a file with this content, open as a page is.
fn tempfile(content: &[u8]) -> std::fs::File {
    let name = format!("torn-{}-{}.html", std::process::id(), content.len());
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, content).unwrap();
    let file = std::fs::OpenOptions::new().read(true).append(true).open(&path).unwrap();
    // The open file remains usable.
    let _ = std::fs::remove_file(&path);
    file
}

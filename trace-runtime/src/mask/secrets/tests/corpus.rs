//! Texts that are redacted, and texts that are kept.

use super::super::{redact, redact_unknown};
use super::{Random, lines, secrets};

#[test]
fn secret_in_corpus_is_redacted_and_its_context_kept() {
    let secrets = secrets();
    assert!(secrets.len() > 300, "{}", secrets.len());
    let mut failures = Vec::new();
    for (text, secret) in &secrets {
        let redacted = redact(text).unwrap_or_else(|| text.clone());
        let before = text.split_once(secret.as_str()).map_or("", |(before, _)| before);
        if redacted.contains(secret.as_str()) || !redacted.starts_with(before) {
            failures.push(format!("{text}\n    -> {redacted}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn harmless_text_in_corpus_is_kept() {
    let failures: Vec<String> = harmless()
        .into_iter()
        .filter_map(|text| redact(&text).map(|redacted| format!("{text}\n    -> {redacted}")))
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn known_text_has_the_result_of_a_search() {
    let secrets = secrets().into_iter().map(|(text, _)| text);
    for text in secrets.chain(harmless()) {
        let searched = redact_unknown(&text);
        assert_eq!(redact(&text), searched, "{text}");
        assert_eq!(redact(&text), searched, "{text}");
    }
}

/// The lines of the corpus, and ids, hashes and sentences of many kinds.
fn harmless() -> Vec<String> {
    const HEX: &[u8] = b"0123456789abcdef";
    const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut random = Random(1);
    let mut texts: Vec<String> = lines(include_str!("harmless.txt")).collect();
    for _ in 0..200 {
        let uuid = [8, 4, 4, 4, 12].map(|len| random.text(len, HEX)).join("-");
        texts.push(format!("request {uuid} ended"));
        texts.push(format!("commit {}", random.text(40, HEX)));
        texts.push(format!("{{\"digest\":\"sha256:{}\"}}", random.text(64, HEX)));
        texts.push(format!("data {} end", random.text(200, BASE64)));
    }
    let words =
        ["token", "password", "key", "secret", "author", "the", "model", "reads", "a", "pass"];
    for _ in 0..200 {
        let sentence: Vec<_> = (0..12).map(|_| words[random.below(words.len())]).collect();
        texts.push(sentence.join(" "));
    }
    texts
}

#[test]
fn corpora_have_the_sizes_of_the_documentation() {
    let documented = include_str!("../../../../../docs/reliability.md");
    let counts = format!("{} texts with secrets and {} without", secrets().len(), harmless().len());
    assert!(documented.contains(&counts), "docs/reliability.md does not say: {counts}");
}

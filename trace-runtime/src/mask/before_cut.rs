//! Redacts the part of a long text that the next stage keeps.
//!
//! The body of a request with images may have ten megabytes, of which one remains. To search all of
//! it, in the body and in the messages that were read from it, took an unoptimized build longer than
//! a flush waits.

/// The number of bytes after the cut that are searched too. It is far above the length of every
/// secret, so that one at the cut is recognized by its whole form.
const MARGIN: usize = 64 * 1024;

/// Redacts a text that is cut at `cut` bytes later. The bytes after that are not redacted, but kept,
/// since the cut states their number. Returns `None` if there is nothing to redact.
pub(super) fn redact(
    text: &str,
    cut: usize,
    redact: impl Fn(&str) -> Option<String>,
) -> Option<String> {
    let needed = cut.saturating_add(MARGIN);
    let mut searched = needed;
    loop {
        let Some((begin, rest)) = split(text, searched) else { return redact(text) };
        let redacted = redact(begin)?;
        if redacted.len() >= needed {
            return Some(redacted + rest);
        }
        // So much was redacted, such as an image, that later parts move to a place before the cut.
        searched = searched.saturating_mul(4);
    }
}

/// Splits a text at the last character before `at`. Returns `None` if it is not longer.
fn split(text: &str, at: usize) -> Option<(&str, &str)> {
    if text.len() <= at {
        return None;
    }
    let at = (0..=at).rev().take(4).find(|at| text.is_char_boundary(*at))?;
    text.split_at_checked(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::secrets;
    use std::cell::Cell;

    const KEY: &str = "ghp_0123456789abcdefABCDEF0123456789abcd";

    #[test]
    fn text_within_the_cut_is_the_same_as_without_a_cut() {
        let words = |bytes: usize| "wörter ".repeat(bytes / 8);
        for text in [
            words(100),
            format!("{} {KEY} {}", words(90), words(400_000)),
            format!("{} {KEY} {}", words(100_000), words(400_000)),
            format!("{}{}", format!("{KEY} ").repeat(10_000), words(100)),
            format!("password=\"{}\" {KEY} {}", "x".repeat(300_000), words(100_000)),
        ] {
            let whole = secrets::redact(&text).unwrap_or_else(|| text.clone());
            let begin = redact(&text, 100, secrets::redact).unwrap_or_else(|| text.clone());
            let kept = whole.len().min(90);
            assert_eq!(begin.get(..kept), whole.get(..kept));
        }
    }

    #[test]
    fn long_text_is_not_searched_after_the_cut() {
        let searched = Cell::new(0);
        let count = |text: &str| {
            searched.set(searched.get() + text.len());
            secrets::redact(text)
        };
        let text = format!("{KEY} {}", "x ".repeat(5 << 20));
        let redacted = redact(&text, 1 << 20, count).expect("a secret");
        assert!(redacted.starts_with("__REDACTED__ x x") && redacted.len() > 10 << 20);
        assert!(searched.get() < 7 << 20, "{}", searched.get());
        searched.set(0);
        assert_eq!(redact(&text[KEY.len()..], 1 << 20, count), None);
        assert!(searched.get() < 2 << 20, "{}", searched.get());
    }
}

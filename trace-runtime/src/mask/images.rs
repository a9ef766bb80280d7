//! Redacts large base64 images, alone or as part of a text.
//!
//! Requests to models carry images inline, often some megabytes each. Backends would store them
//! again with every turn of a conversation, and reject batches that become too large.

use super::REDACTED;
use memchr::memmem;

/// Beginning of a data URL of an image: `data:image/png;base64,iVBORw0KGgo..`.
const DATA_URL_PREFIX: &str = "data:image/";
const BASE64_MARKER: &str = ";base64,";

/// The first bytes of PNG, JPEG, GIF and WebP files in base64. Anthropic, Bedrock, Gemini and
/// Ollama take images as bare base64, without a data URL.
const BASE64_SIGNATURES: [&str; 4] = ["iVBORw0KGgo", "/9j/", "R0lGOD", "UklGR"];

/// Bare base64 below this length may be an ordinary word or path that begins like an image.
const MIN_BARE_LEN: usize = 64;

/// Redacts every image in `text` that is longer than `limit` bytes. Returns `None` if there is
/// none.
pub(super) fn redact_large(text: &str, limit: usize) -> Option<String> {
    // A text within the limit cannot contain an image above it. Most texts skip the searches below.
    if text.len() <= limit {
        return None;
    }
    let mut redacted =
        redact_after(text, DATA_URL_PREFIX, data_url_len, limit.max(DATA_URL_PREFIX.len()));
    for signature in BASE64_SIGNATURES {
        let rest = redacted.as_deref().unwrap_or(text);
        let replaced = redact_after(rest, signature, base64_len, limit.max(MIN_BARE_LEN));
        redacted = replaced.or(redacted);
    }
    redacted
}

/// Redacts every image that begins with `prefix` and is longer than `limit` bytes. `len` returns
/// the length of the image at the beginning of a text.
fn redact_after(text: &str, prefix: &str, len: fn(&str) -> usize, limit: usize) -> Option<String> {
    let mut redacted: Option<String> = None;
    let mut rest = text;
    let prefix = memmem::Finder::new(prefix);
    while let Some(start) = prefix.find(rest.as_bytes()) {
        let end = start + len(&rest[start..]).max(prefix.needle().len());
        if end - start > limit {
            // The first image that is too large: everything before it is kept.
            let kept = redacted.get_or_insert_with(|| text[..text.len() - rest.len()].to_owned());
            kept.push_str(&rest[..start]);
            kept.push_str(REDACTED);
        } else if let Some(kept) = &mut redacted {
            kept.push_str(&rest[..end]);
        }
        rest = &rest[end..];
    }
    redacted.map(|kept| kept + rest)
}

/// Returns the length of the data URL at the beginning of `url`. If it has no base64 data, this is
/// the length of [`DATA_URL_PREFIX`].
fn data_url_len(url: &str) -> usize {
    let is_subtype = |c: char| c.is_ascii_alphanumeric() || "+.-;=".contains(c);
    let after_prefix = &url[DATA_URL_PREFIX.len()..];
    let head = after_prefix.find(|c| !is_subtype(c)).map(|end| end + DATA_URL_PREFIX.len());
    let Some(comma) =
        head.filter(|end| url.get(..=*end).is_some_and(|head| head.ends_with(BASE64_MARKER)))
    else {
        return DATA_URL_PREFIX.len();
    };
    comma + 1 + base64_len(&url[comma + 1..])
}

/// Returns the number of bytes of base64 at the beginning of `text`.
fn base64_len(text: &str) -> usize {
    // The backslash: some JSON writers escape `/` as `\/`.
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || "+/=-_\\".contains(c);
    text.find(|c| !is_base64(c)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::redact_large;

    #[test]
    fn large_data_url_anywhere_in_text_is_redacted() {
        let image = format!("data:image/png;base64,{}", "A/+=".repeat(10));
        let whole = format!(r#"{{"a":"{image}","b":"data:image/gif;base64,QQ=="}}"#);
        assert_eq!(
            redact_large(&whole, 40).as_deref(),
            Some(r#"{"a":"__REDACTED__","b":"data:image/gif;base64,QQ=="}"#)
        );
        assert_eq!(redact_large(&image, 100), None);
        assert_eq!(redact_large("see data:image/", 0), None);
        assert_eq!(redact_large("data:image/ö;base64,QQ==", 0), None);
        assert_eq!(redact_large(&image, 0).as_deref(), Some("__REDACTED__"));
        assert_eq!(redact_large(&image[..30], 0).as_deref(), Some("__REDACTED__"));
    }

    #[test]
    fn large_bare_base64_image_is_redacted() {
        for signature in super::BASE64_SIGNATURES {
            let text = format!(r#"{{"data":"{signature}{}","n":1}}"#, "QUJD".repeat(50));
            let redacted = redact_large(&text, 100);
            assert_eq!(redacted.as_deref(), Some(r#"{"data":"__REDACTED__","n":1}"#));
            assert_eq!(redact_large(&text, 1000), None);
        }
    }
}

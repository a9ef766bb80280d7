//! Base64 images, alone or inside a text.

use super::REDACTED;
use memchr::memmem;

const BEGINNING: &str = "data:image/";
const ENCODING: &str = ";base64,";

/// How PNG, JPEG, GIF and WebP begin in base64, for APIs that take images without a data URL.
const FORMATS: [&str; 4] = ["iVBORw0KGgo", "/9j/", "R0lGOD", "UklGR"];

/// `text` with every image that is longer than `limit` bytes taken out; `None` if there is none.
pub(super) fn without_large(text: &str, limit: usize) -> Option<String> {
    if text.len() <= limit {
        return None;
    }
    let mut without = replaced(text, BEGINNING, url_length, limit.max(BEGINNING.len()));
    for format in FORMATS {
        let shorter = without.as_deref().unwrap_or(text);
        // Shorter than this it may be a word.
        let replaced = replaced(shorter, format, base64_length, limit.max(64));
        without = replaced.or(without);
    }
    without
}

fn replaced(
    text: &str,
    beginning: &str,
    length: fn(&str) -> usize,
    limit: usize,
) -> Option<String> {
    let mut without: Option<String> = None;
    let mut rest = text;
    let beginning = memmem::Finder::new(beginning);
    while let Some(start) = beginning.find(rest.as_bytes()) {
        let end = start + length(&rest[start..]).max(beginning.needle().len());
        if end - start > limit {
            let kept = without.get_or_insert_with(|| text[..text.len() - rest.len()].to_owned());
            kept.push_str(&rest[..start]);
            kept.push_str(REDACTED);
        } else if let Some(kept) = &mut without {
            kept.push_str(&rest[..end]);
        }
        rest = &rest[end..];
    }
    without.map(|kept| kept + rest)
}

/// How far a data URL reaches; what does not hold base64 ends behind its beginning.
fn url_length(url: &str) -> usize {
    let subtype = |c: char| c.is_ascii_alphanumeric() || "+.-;=".contains(c);
    let head = url[BEGINNING.len()..].find(|c| !subtype(c)).map(|end| end + BEGINNING.len());
    let Some(comma) =
        head.filter(|end| url.get(..=*end).is_some_and(|head| head.ends_with(ENCODING)))
    else {
        return BEGINNING.len();
    };
    comma + 1 + base64_length(&url[comma + 1..])
}

fn base64_length(text: &str) -> usize {
    // JSON may write `/` as `\/`.
    let base64 = |c: char| c.is_ascii_alphanumeric() || "+/=-_\\".contains(c);
    text.find(|c| !base64(c)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::without_large;

    #[test]
    fn large_images_are_taken_out_wherever_they_are() {
        let image = format!("data:image/png;base64,{}", "A/+=".repeat(10));
        let whole = format!(r#"{{"a":"{image}","b":"data:image/gif;base64,QQ=="}}"#);
        assert_eq!(
            without_large(&whole, 40).as_deref(),
            Some(r#"{"a":"__REDACTED__","b":"data:image/gif;base64,QQ=="}"#)
        );
        assert_eq!(without_large(&image, 100), None);
        assert_eq!(without_large("see data:image/", 0), None);
        assert_eq!(without_large("data:image/ö;base64,QQ==", 0), None);
        assert_eq!(without_large(&image, 0).as_deref(), Some("__REDACTED__"));
        assert_eq!(without_large(&image[..30], 0).as_deref(), Some("__REDACTED__"));
    }

    #[test]
    fn images_are_known_without_a_data_url() {
        for format in super::FORMATS {
            let text = format!(r#"{{"data":"{format}{}","n":1}}"#, "QUJD".repeat(50));
            let without = without_large(&text, 100);
            assert_eq!(without.as_deref(), Some(r#"{"data":"__REDACTED__","n":1}"#));
            assert_eq!(without_large(&text, 1000), None);
        }
    }
}

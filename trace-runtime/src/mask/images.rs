//! Base64 images, alone or inside a text.

use super::REDACTED;

const BEGINNING: &str = "data:image/";
const ENCODING: &str = ";base64,";

/// `text` with every data URL of an image that is longer than `limit` bytes taken out; `None` if
/// there is none.
pub(super) fn without_large(text: &str, limit: usize) -> Option<String> {
    let mut without = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(BEGINNING) {
        let (before, url) = rest.split_at(start);
        without.push_str(before);
        let length = url_length(url);
        let (url, behind) = url.split_at(length);
        without.push_str(if length > limit.max(BEGINNING.len()) { REDACTED } else { url });
        rest = behind;
    }
    without.push_str(rest);
    (without != text).then_some(without)
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
    // JSON may write `/` as `\/`.
    let base64 = |c: char| c.is_ascii_alphanumeric() || "+/=-_\\".contains(c);
    let content = &url[comma + 1..];
    comma + 1 + content.find(|c| !base64(c)).unwrap_or(content.len())
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
}

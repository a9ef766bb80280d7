//! The URL of a file, which terminals turn into a link.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::path::Path;

/// The characters that are encoded: all but those that a URL allows in a path.
const ENCODED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b':');

/// Returns the `file://` URL of a path. A relative path counts from the working directory.
pub(crate) fn file_url(path: &Path) -> String {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let text = absolute.to_string_lossy();
    let text = if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() };
    // A drive letter comes after a third slash.
    let root = if text.starts_with('/') { "" } else { "/" };
    format!("file://{root}{}", utf8_percent_encode(&text, ENCODED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn url_of_a_file_encodes_other_characters() {
        assert_eq!(file_url(Path::new("/a b/ü#1.html")), "file:///a%20b/%C3%BC%231.html");
    }

    #[test]
    fn url_of_a_relative_path_is_absolute() {
        let url = file_url(Path::new("trace.html"));
        assert!(url.starts_with("file:///") && url.ends_with("/trace.html"), "{url}");
    }
}

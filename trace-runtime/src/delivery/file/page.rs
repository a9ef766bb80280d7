//! The page: an HTML document that shows the spans which are appended to it.
//!
//! ```html
//! <!doctype html> .. the program that shows spans .. </html>
//! <script type="text/plain" class="spans">H4sIAAAAAAAA..</script>
//! <script type="text/plain" class="spans">H4sIAAAAAAAA..</script>
//! ```
//!
//! Each block holds JSON lines, compressed with gzip and encoded in base64. That alphabet has no
//! character with a meaning in HTML, so no content of a span can become markup. A browser does not
//! run a script of this type.

use crate::delivery::settings::FileFormat;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
#[cfg(any(feature = "file", test))]
use flate2::read::GzDecoder;
use flate2::{Compression, write::GzEncoder};
#[cfg(any(feature = "file", test))]
use std::io::Read;
use std::io::{self, Write};

/// The document before the first block, built from `trace-runtime/viewer`.
#[cfg(feature = "html")]
pub(in crate::delivery) const HTML: &str = include_str!("../../../viewer/dist/page.html");
/// Without the feature, `install` returns an error before a page is opened.
#[cfg(not(feature = "html"))]
pub(in crate::delivery) const HTML: &str = "";

/// The mark of a page of any version: the end of its content security policy, which is within this many
/// bytes of the beginning.
const MARK: &[u8] = b"require-trusted-types-for 'script'; trusted-types 'none'\">";
const MARK_WITHIN: usize = 2048;

/// A longer block is cut when it is read. The runtime writes at most a few megabytes into one.
#[cfg(any(feature = "file", test))]
const MAX_BLOCK_BYTES: u64 = 256 << 20;

const BLOCK_START: &str = r#"<script type="text/plain" class="spans">"#;
const BLOCK_END: &str = "</script>";

/// Closes a block that is torn at any character, for the parser of a browser: the attribute, the tag
/// and the script. After a whole block it is an invisible element.
const CLOSE_BLOCK: &str = "<wbr x\"></script>\n";

/// Returns the bytes that a file of this format begins with.
pub(super) fn head(format: FileFormat) -> &'static [u8] {
    match format {
        FileFormat::JsonLines => b"",
        FileFormat::Page => HTML.as_bytes(),
    }
}

/// Returns the bytes that close a torn entry.
pub(super) fn close(format: FileFormat) -> &'static [u8] {
    match format {
        FileFormat::JsonLines => b"\n",
        FileFormat::Page => CLOSE_BLOCK.as_bytes(),
    }
}

/// Returns the block of these JSON lines, as a line of the page.
pub(super) fn entry(lines: &[u8]) -> io::Result<Vec<u8>> {
    Ok(format!("{BLOCK_START}{}{BLOCK_END}\n", block(lines)?).into_bytes())
}

/// Compresses JSON lines, and encodes them in base64.
pub(in crate::delivery) fn block(lines: &[u8]) -> io::Result<String> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(lines)?;
    Ok(BASE64_STANDARD.encode(encoder.finish()?))
}

/// Returns true if a file that begins with these bytes is a page, of any version.
pub(in crate::delivery) fn is_page(start: &[u8]) -> bool {
    let start = &start[..start.len().min(MARK_WITHIN)];
    start.windows(MARK.len()).any(|found| found == MARK)
}

/// Returns the JSON lines of each block of a page; an error for a block that is torn.
#[cfg(feature = "file")]
pub(in crate::delivery) fn blocks(page: &str) -> impl Iterator<Item = io::Result<Vec<u8>>> {
    // The document has no such line, because its program is on other lines.
    let blocks = page.lines().filter_map(|line| line.strip_prefix(BLOCK_START));
    blocks.map(|block| decode(block.strip_suffix(BLOCK_END).unwrap_or(block)))
}

#[cfg(any(feature = "file", test))]
pub(super) fn decode(block: &str) -> io::Result<Vec<u8>> {
    let gzip = BASE64_STANDARD.decode(block).map_err(io::Error::other)?;
    let mut lines = Vec::new();
    GzDecoder::new(&*gzip).take(MAX_BLOCK_BYTES).read_to_end(&mut lines)?;
    Ok(lines)
}

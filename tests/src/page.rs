//! Reads a page of traces without a browser.

use flate2::read::GzDecoder;
use serde_json::Value;
use std::io::Read;
use std::path::Path;

const BLOCK: &str = "<script type=\"text/plain\" class=\"spans\">";

/// The content of a page.
#[derive(Debug, Default)]
pub struct Page {
    /// The text before the first block.
    pub document: String,
    /// The OTLP requests of all blocks.
    pub requests: Vec<Value>,
    /// The number of blocks that cannot be read.
    pub damaged: usize,
}

impl Page {
    /// Reads a page.
    #[must_use]
    pub fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let start = text.find(&format!("\n{BLOCK}")).map_or(text.len(), |at| at + 1);
        let mut page = Page { document: text[..start].to_owned(), ..Page::default() };
        for block in text[start..].split(BLOCK).skip(1) {
            let end = block.find("</script>").unwrap_or(block.len());
            match lines(&block[..end]) {
                Some(lines) => page.requests.extend(lines),
                None => page.damaged += 1,
            }
        }
        page
    }

    /// Returns the names of all spans.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.spans().map(|span| span["name"].as_str().unwrap().to_owned()).collect()
    }

    /// Returns the ids of all spans, sorted and without repetitions.
    #[must_use]
    pub fn ids(&self) -> Vec<String> {
        let ids = self.spans().map(|span| span["spanId"].as_str().unwrap().to_owned());
        let mut ids: Vec<_> = ids.collect();
        ids.sort();
        ids.dedup();
        ids
    }

    fn spans(&self) -> impl Iterator<Item = &Value> {
        let resources =
            self.requests.iter().filter_map(|request| request["resourceSpans"].as_array());
        let scopes = resources.flatten().filter_map(|resource| resource["scopeSpans"].as_array());
        scopes.flatten().filter_map(|scope| scope["spans"].as_array()).flatten()
    }
}

fn lines(block: &str) -> Option<Vec<Value>> {
    use base64::Engine;
    let gzip = base64::prelude::BASE64_STANDARD.decode(block).ok()?;
    let mut text = String::new();
    GzDecoder::new(&*gzip).read_to_string(&mut text).ok()?;
    text.lines().map(|line| serde_json::from_str(line).ok()).collect()
}

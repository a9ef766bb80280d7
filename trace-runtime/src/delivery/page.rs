//! The page that shows traces, for programs that make one or serve it.
//!
//! A program that records spans needs nothing of this module: [`html`](crate::Builder::html) or the
//! variable `TRACE_HTML` is enough. [`write`](write()) turns a file of JSON lines into a page, for example one
//! that a production server has written:
//!
//! ```no_run
//! trace_runtime::page::write("traces.jsonl", "trace.html")?;
//! # Ok::<(), trace_runtime::delivery::ReplayError>(())
//! ```

use super::file::{self, FileTransport, is_page};
use super::settings::{FileFormat, FileSettings};
use super::{ReplayError, Replayed, replay};
use crate::config::Setting;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;
#[cfg(feature = "testing")]
use {
    super::body::Body,
    super::destination::{Attempt, Transport},
    super::encode::encode,
    crate::openinference::keys,
    opentelemetry::KeyValue,
    opentelemetry_sdk::{Resource, trace::SpanData},
    std::time::Duration,
};

/// The page without spans. The blocks of a file come after it; see [`block`].
///
/// With `<meta name="trace-live" content="/events">` in its head, it also shows the blocks of that
/// stream of server-sent events, each the `data` of one event. The policy in its head must then have
/// `connect-src 'self';` after `default-src 'none';`. A page that a reader saves has neither.
///
/// ```
/// use trace_runtime::page;
///
/// let live = r#"<head><meta name="trace-live" content="/events">"#;
/// let page = page::HTML.replacen("<head>", live, 1);
/// let page = page.replacen("default-src 'none';", "default-src 'none'; connect-src 'self';", 1);
/// assert!(page.contains("trace-live") && page.contains("connect-src"));
/// ```
pub const HTML: &str = file::HTML;

/// Returns a block for the page: JSON lines, compressed with gzip and encoded in base64. In a file it
/// is a line of its own, `<script type="text/plain" class="spans">BLOCK</script>`.
///
/// ```
/// use trace_runtime::page;
///
/// let block = page::block(b"{\"resourceSpans\":[]}\n")?;
/// let page =
///     format!("{}\n<script type=\"text/plain\" class=\"spans\">{block}</script>\n", page::HTML);
/// # assert!(page.ends_with("</script>\n"));
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
///
/// Returns an error if the lines cannot be compressed.
pub fn block(json_lines: &[u8]) -> io::Result<String> {
    file::block(json_lines)
}

/// Writes the spans at `from` to the new page `to`. `from` is a file of JSON lines, another page, a
/// [`spool`](crate::Builder::spool), or a folder of them. Reading all but spools needs the feature
/// `file`. A page at `to` is replaced.
///
/// ```no_run
/// let written = trace_runtime::page::write("traces.jsonl", "trace.html")?;
/// println!("{} spans, {} lines that could not be read", written.delivered, written.damaged);
/// # Ok::<(), trace_runtime::delivery::ReplayError>(())
/// ```
///
/// # Errors
///
/// Returns an error if a file cannot be read or written, or if `to` exists and is not a page.
pub fn write(from: impl AsRef<Path>, to: impl AsRef<Path>) -> Result<Replayed, ReplayError> {
    let to = to.as_ref();
    let unwritable = |error: io::Error| ReplayError::Unwritable {
        path: to.display().to_string(),
        reason: error.to_string(),
    };
    let part = to.with_extension("html.part");
    remove_page(&part).and_then(|()| require_page_or_none(to)).map_err(unwritable)?;
    let page = FileTransport::open(whole(&part)).map_err(unwritable)?;
    // Renamed when it is complete, so that an error keeps the page that is there.
    let written = replay(from.as_ref(), Box::new(page));
    if written.is_ok() {
        std::fs::rename(&part, to).map_err(unwritable)?;
    } else {
        let _ = std::fs::remove_file(&part);
    }
    written
}

/// Appends spans to a page, which is created if it is missing.
#[cfg(feature = "testing")]
pub(crate) fn append(path: &Path, spans: Vec<SpanData>, service: String) -> io::Result<()> {
    let service = KeyValue::new(keys::SERVICE_NAME, service);
    let resource = Resource::builder_empty().with_attribute(service).build();
    let body = Body::plain(encode(spans, &(&resource).into()));
    match FileTransport::open(whole(path))?.send(&body, Duration::MAX) {
        Attempt::Accepted(_) => Ok(()),
        Attempt::Rejected(error) | Attempt::TooLarge(error) | Attempt::Retry { error, .. } => {
            Err(io::Error::other(error.what))
        }
    }
}

/// Returns the settings of a page that is never rotated.
fn whole(path: &Path) -> FileSettings {
    let settings =
        FileSettings::new(FileFormat::Page, path.to_owned(), Setting::Method("page::write"));
    FileSettings { bytes: u64::MAX, ..settings }
}

/// Deletes a page, if there is one. A file with another content is kept, and reported.
pub(crate) fn remove_page(path: &Path) -> io::Result<()> {
    require_page_or_none(path)?;
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Returns an error if another file than a page is at this path.
fn require_page_or_none(path: &Path) -> io::Result<()> {
    let mut start = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(4096).read_to_end(&mut start)?,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if start.is_empty() || is_page(&start) {
        return Ok(());
    }
    Err(io::Error::new(ErrorKind::AlreadyExists, "it exists and is not a page of traces"))
}

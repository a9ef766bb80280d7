//! Sends the spans of a file or a spool to a backend.
//!
//! Unlike the sender, a replay has no queue and no spool: it sends one request at a time and stops
//! at the first that is not accepted, so that the caller can fix the cause and start over.

use super::body::{self, Body};
use super::destination::{Attempt, Transport};
use super::retry::Backoff;
use super::spool::{Records, SPANS};
use crate::config::RegisterError;
use crate::panic::short_message;
use prost::bytes::Bytes;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;

/// The result of [`Builder::replay`](crate::Builder::replay).
///
/// ```no_run
/// let replayed = trace_runtime::register().replay("traces")?;
/// println!("{} delivered, {} rejected", replayed.delivered, replayed.refused);
/// # Ok::<(), trace_runtime::delivery::ReplayError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Replayed {
    /// The number of spans that the backend accepted.
    pub delivered: u64,
    /// The number of spans that the backend rejected within batches that it accepted. A batch
    /// that is rejected as a whole is a [`ReplayError`].
    pub refused: u64,
    /// The number of lines and records that could not be read, and were skipped.
    pub damaged: u64,
}

/// The reason that [`Builder::replay`](crate::Builder::replay) stopped.
///
/// Spans that were sent before are not rolled back. A later replay sends them again, which is
/// harmless for backends that identify spans by their id.
///
/// ```no_run
/// use trace_runtime::delivery::ReplayError;
///
/// match trace_runtime::register().replay("traces") {
///     Ok(replayed) => println!("{} spans delivered", replayed.delivered),
///     Err(ReplayError::Undelivered { delivered, .. }) => println!("{delivered} delivered"),
///     Err(error) => println!("{error}"),
/// }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// The settings are invalid, or name no usable backend.
    #[error(transparent)]
    Settings(#[from] RegisterError),
    /// A file or folder cannot be read.
    #[error("{path} cannot be read: {reason}")]
    Unreadable {
        /// The path of the file or folder.
        path: String,
        /// The error of the operating system.
        reason: String,
    },
    /// The page of [`page::write`](crate::page::write) cannot be written.
    #[cfg(feature = "html")]
    #[error("{path} cannot be written: {reason}")]
    Unwritable {
        /// The path of the page.
        path: String,
        /// The error of the operating system, or the reason why the file is kept.
        reason: String,
    },
    /// The backend did not accept a batch, or could not be reached in four attempts.
    #[error("{delivered} spans delivered, then {cause}")]
    Undelivered {
        /// The number of spans that were delivered before.
        delivered: u64,
        /// The failure, and how to fix it.
        cause: String,
    },
}

/// The number of attempts for a request while the backend is unreachable or overloaded.
const MAX_ATTEMPTS: u32 = 4;

/// Sends every request at or below `path`, and waits until that is done. A new thread sends them,
/// because the gRPC client must not block a thread of an async runtime.
pub(crate) fn replay(
    path: &Path,
    mut transport: Box<dyn Transport>,
) -> Result<Replayed, ReplayError> {
    let mut files = Vec::new();
    // The files are listed before anything is sent, so that a wrong path sends nothing.
    let unreadable = |path: &Path, reason: String| ReplayError::Unreadable {
        path: path.display().to_string(),
        reason,
    };
    list(path, &mut files).map_err(|error| unreadable(path, error.to_string()))?;
    let replaying = thread::scope(|scope| {
        let sending = scope.spawn(move || {
            let mut replayed = Replayed::default();
            for file in &files {
                let (requests, damaged) = requests(file)?;
                replayed.damaged += damaged;
                for request in requests {
                    send(&mut *transport, &request, &mut replayed)?;
                }
            }
            Ok(replayed)
        });
        sending.join()
    });
    // A panic while a file is decoded is reported like any other unreadable file.
    replaying.unwrap_or_else(|payload| Err(unreadable(path, short_message(&*payload).to_owned())))
}

/// Collects the files at or below a path in the order of their names. The segments of a spool are
/// numbered, so theirs is the order in which they were written. Lock files are skipped, and the
/// annotations of a spool, which are not spans.
fn list(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let mut paths: Vec<_> =
        std::fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    let is_skipped =
        |path: &Path| path.extension().is_some_and(|found| found == "lock" || found == "feedback");
    paths.retain(|path| path.is_dir() || !is_skipped(path));
    paths.sort();
    paths.iter().try_for_each(|path| list(path, files))
}

/// Reads the requests of a spool segment (`.otlp`), of a page, or of a file of JSON lines, and returns
/// them in protobuf, with the number of damaged records.
fn requests(path: &Path) -> Result<(Vec<Bytes>, u64), ReplayError> {
    let unreadable = |error: io::Error| ReplayError::Unreadable {
        path: path.display().to_string(),
        reason: error.to_string(),
    };
    if path.extension().is_some_and(|extension| extension == "otlp") {
        let Records { requests, damaged, .. } = Records::read(SPANS, path).map_err(unreadable)?;
        return Ok((requests.into_iter().map(|(_, request)| request).collect(), damaged));
    }
    let text = std::fs::read(path).map_err(unreadable)?;
    #[cfg(feature = "file")]
    return Ok(if super::file::is_page(&text) { page(&text) } else { json_lines(&text) });
    #[cfg(not(feature = "file"))]
    return no_json_lines(&text);
}

/// Reads JSON lines. A line that cannot be read counts as damaged: the process that wrote it may
/// have been killed.
#[cfg(feature = "file")]
fn json_lines(text: &[u8]) -> (Vec<Bytes>, u64) {
    use prost::Message;
    let (mut requests, mut damaged) = (Vec::new(), 0);
    for line in text.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()) {
        match super::file::read_line(line) {
            Ok(request) => requests.push(request.encode_to_vec().into()),
            Err(_) => damaged += 1,
        }
    }
    (requests, damaged)
}

/// Reads the blocks of a page. A torn block counts as one damaged line.
#[cfg(feature = "file")]
fn page(text: &[u8]) -> (Vec<Bytes>, u64) {
    let (mut requests, mut damaged) = (Vec::new(), 0);
    for block in super::file::blocks(&String::from_utf8_lossy(text)) {
        let (more, errors) = block.map_or((Vec::new(), 1), |lines| json_lines(&lines));
        requests.extend(more);
        damaged += errors;
    }
    (requests, damaged)
}

#[cfg(not(feature = "file"))]
fn no_json_lines(_text: &[u8]) -> Result<(Vec<Bytes>, u64), ReplayError> {
    Err(ReplayError::Settings(RegisterError::MissingFeature {
        setting: crate::config::Setting::Method("replay"),
        what: "support for JSON lines",
        feature: "file",
    }))
}

/// Sends one request. Splits it in halves if it is larger than the backend accepts, and retries
/// with backoff while the backend is unreachable.
fn send(
    transport: &mut dyn Transport,
    protobuf: &Bytes,
    replayed: &mut Replayed,
) -> Result<(), ReplayError> {
    let spans = body::count(protobuf).unwrap_or(0);
    let plain = Body::plain(protobuf.clone());
    // Compressed once for all attempts.
    let gzip = if transport.wants_gzip() { plain.clone().compressed().ok() } else { None };
    let body = gzip.as_ref().unwrap_or(&plain);
    let mut backoff = Backoff::default();
    for attempts in 1.. {
        let is_too_large = body.length > transport.max_request_bytes() && spans > 1;
        let attempt =
            if is_too_large { None } else { Some(transport.send(body, transport.timeout())) };
        let failure = match attempt {
            Some(Attempt::Accepted(partial)) => {
                // A backend may report more rejected spans than it received.
                replayed.refused += partial.rejected_spans.min(spans);
                replayed.delivered += spans.saturating_sub(partial.rejected_spans);
                return Ok(());
            }
            // No flush waits for a replay, so the number of flushes is 0.
            Some(Attempt::Retry { after, .. }) if attempts < MAX_ATTEMPTS => {
                thread::sleep(backoff.pause(after, 0));
                continue;
            }
            Some(Attempt::Retry { error, .. } | Attempt::Rejected(error)) => error,
            // A single span cannot be split any further.
            Some(Attempt::TooLarge(failure)) if spans <= 1 => failure,
            Some(Attempt::TooLarge(_)) | None => return send_halves(transport, &plain, replayed),
        };
        let delivered = replayed.delivered;
        let cause = format!("{}: {}", failure.what, failure.advice);
        return Err(ReplayError::Undelivered { delivered, cause });
    }
    Ok(())
}

/// Splits a request and sends both halves, each of which may be split again.
fn send_halves(
    transport: &mut dyn Transport,
    body: &Body,
    replayed: &mut Replayed,
) -> Result<(), ReplayError> {
    let halves = body.halves().map_err(|error| ReplayError::Undelivered {
        delivered: replayed.delivered,
        cause: format!("a batch could not be split: {error}"),
    })?;
    halves.iter().try_for_each(|(half, _)| send(transport, &half.bytes, replayed))
}

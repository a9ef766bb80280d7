//! Sending what is in a file or a spool.

use super::body::{self, Body};
use super::destination::{Attempt, Transport};
use super::retry::Backoff;
use super::spool::Records;
use crate::config::RegisterError;
use crate::panic::message;
use prost::bytes::Bytes;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;

/// What [`Builder::replay`](crate::Builder::replay) has sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Replayed {
    /// Spans that the backend accepted.
    pub delivered: u64,
    /// Spans that it refused, one by one; a refused batch is a [`ReplayError`].
    pub refused: u64,
    /// Lines and records that could not be read.
    pub damaged: u64,
}

/// Why [`Builder::replay`](crate::Builder::replay) stopped. What it had sent by then may be sent
/// again: the ids of spans make that harmless.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// The settings do not lead to a backend.
    #[error(transparent)]
    Settings(#[from] RegisterError),
    /// A file or folder cannot be read.
    #[error("{path} cannot be read: {reason}")]
    Unreadable {
        /// The file or folder.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The backend does not take the spans.
    #[error("{delivered} spans delivered, then {cause}")]
    Undelivered {
        /// Spans that were delivered before.
        delivered: u64,
        /// Why, and what to do.
        cause: String,
    },
}

/// As often as this in a row an unreachable backend is tried.
const TRIES: u32 = 4;

/// Sends everything below `path`. On a thread of its own, since clients may not block inside an
/// async runtime.
pub(crate) fn replay(
    path: &Path,
    mut transport: Box<dyn Transport>,
) -> Result<Replayed, ReplayError> {
    let mut files = Vec::new();
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
    replaying.unwrap_or_else(|payload| Err(unreadable(path, message(&*payload))))
}

/// The files at or below a path, the oldest name first; of a folder, those that a spool or a file
/// destination writes.
fn list(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let mut paths: Vec<_> =
        std::fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    paths.retain(|path| path.is_dir() || path.extension().is_none_or(|found| found != "lock"));
    paths.sort();
    paths.iter().try_for_each(|path| list(path, files))
}

/// The requests of a segment or of a file of JSON lines, in protobuf.
fn requests(path: &Path) -> Result<(Vec<Bytes>, u64), ReplayError> {
    let unreadable = |error: io::Error| ReplayError::Unreadable {
        path: path.display().to_string(),
        reason: error.to_string(),
    };
    if path.extension().is_some_and(|extension| extension == "otlp") {
        let Records { requests, damaged, .. } = Records::read(path).map_err(unreadable)?;
        return Ok((requests.into_iter().map(|(_, request)| request).collect(), damaged));
    }
    let text = std::fs::read(path).map_err(unreadable)?;
    #[cfg(feature = "file")]
    return Ok(json_lines(&text));
    #[cfg(not(feature = "file"))]
    return no_json_lines(&text);
}

#[cfg(feature = "file")]
fn json_lines(text: &[u8]) -> (Vec<Bytes>, u64) {
    use prost::Message;
    let (mut requests, mut damaged) = (Vec::new(), 0);
    for line in text.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()) {
        match super::json_lines::read(line) {
            Ok(request) => requests.push(request.encode_to_vec().into()),
            Err(_) => damaged += 1,
        }
    }
    (requests, damaged)
}

#[cfg(not(feature = "file"))]
fn no_json_lines(_text: &[u8]) -> Result<(Vec<Bytes>, u64), ReplayError> {
    Err(ReplayError::Settings(RegisterError::MissingFeature {
        setting: crate::Setting::Method("replay"),
        what: "a file of JSON lines",
        feature: "file",
    }))
}

/// Sends one request, in halves if it is too large.
fn send(
    transport: &mut dyn Transport,
    protobuf: &Bytes,
    replayed: &mut Replayed,
) -> Result<(), ReplayError> {
    let spans = body::count(protobuf).unwrap_or(0);
    let plain = Body::plain(protobuf.clone());
    let gzip = if transport.wants_gzip() { plain.clone().compressed().ok() } else { None };
    let body = gzip.as_ref().unwrap_or(&plain);
    let mut backoff = Backoff::default();
    for tried in 1.. {
        let is_too_long = body.length > transport.longest() && spans > 1;
        let attempt =
            if is_too_long { None } else { Some(transport.send(body, transport.timeout())) };
        let failure = match attempt {
            Some(Attempt::Accepted(refused)) => {
                replayed.refused += refused.rejected_spans.min(spans);
                replayed.delivered += spans.saturating_sub(refused.rejected_spans);
                return Ok(());
            }
            Some(Attempt::Retry { after, .. }) if tried < TRIES => {
                thread::sleep(backoff.pause(after, 0));
                continue;
            }
            Some(Attempt::Retry { error: failure, .. } | Attempt::Rejected(failure)) => failure,
            Some(Attempt::TooLarge(failure)) if spans <= 1 => failure,
            Some(Attempt::TooLarge(_)) | None => return send_halves(transport, &plain, replayed),
        };
        let delivered = replayed.delivered;
        let cause = format!("{}: {}", failure.what, failure.advice);
        return Err(ReplayError::Undelivered { delivered, cause });
    }
    Ok(())
}

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

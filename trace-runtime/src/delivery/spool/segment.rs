//! A file of batches: the header `OTLPSEG1`, then one record for each batch.
//!
//! ```text
//! state: 1 byte, `w` waiting or `d` done | length: u32 | CRC-32 of the request: u32 | OTLP request
//! ```
//!
//! Numbers are little endian. A record is done by overwriting its first byte, so that a crash
//! leaves it either way. The checksum finds records that a crash has cut off.

use super::Kind;
use super::regular::open_regular;
use prost::bytes::Bytes;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 8] = b"OTLPSEG1";
pub(super) const HEADER: u64 = MAGIC.len() as u64;
/// The longest segment that is read, and with it the memory for reading one. Longer batches are not
/// stored: no backend takes a request that is half as long.
pub(super) const MAX_BYTES: u64 = 64 << 20;
/// The bytes of a record before its request.
const PREFIX: usize = 9;
const WAITING: u8 = b'w';
const DONE: u8 = b'd';

/// One file of the spool.
#[derive(Debug)]
pub(super) struct Segment {
    path: PathBuf,
    pub(super) number: u64,
    /// The number of the adopted folder that it is in, or `None` for the own one.
    pub(super) folder: Option<u64>,
    pub(super) bytes: u64,
    /// The number of batches that are not done.
    pub(super) batches: usize,
    /// Open for appending; `None` for adopted segments, and after an error that left a torn
    /// record.
    file: Option<File>,
}

/// The place of a batch: a record in a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) segment: u64,
    offset: u64,
    length: u32,
}

/// Returns the length of the record of a request.
pub(super) fn record_length(protobuf: &[u8]) -> u64 {
    (PREFIX + protobuf.len()) as u64
}

impl Segment {
    pub(super) fn create(path: &Path, number: u64) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        if let Err(error) = file.write_all(MAGIC) {
            let _ = std::fs::remove_file(path);
            return Err(error);
        }
        let (path, folder, bytes, batches) = (path.to_owned(), None, HEADER, 0);
        Ok(Segment { path, number, folder, bytes, batches, file: Some(file) })
    }

    pub(super) fn is_writable(&self) -> bool {
        self.file.is_some()
    }

    /// Appends a batch. On an error the file is cut back to its length before.
    pub(super) fn append(&mut self, protobuf: &[u8], syncs: bool) -> io::Result<Place> {
        let too_long = |_| io::Error::new(io::ErrorKind::InvalidInput, "a batch beyond 4 GiB");
        let length = u32::try_from(protobuf.len()).map_err(too_long)?;
        let mut record = Vec::with_capacity(PREFIX + protobuf.len());
        record.push(WAITING);
        record.extend(length.to_le_bytes());
        record.extend(crc32fast::hash(protobuf).to_le_bytes());
        record.extend(protobuf);
        let Some(file) = &mut self.file else { return Err(io::ErrorKind::Unsupported.into()) };
        let written =
            file.write_all(&record).and_then(|()| if syncs { file.sync_data() } else { Ok(()) });
        if let Err(error) = written {
            let restored = file.set_len(self.bytes).and_then(|()| file.seek(SeekFrom::End(0)));
            if restored.is_err() {
                self.file = None;
            }
            return Err(error);
        }
        let place = Place { segment: self.number, offset: self.bytes, length };
        self.bytes += record.len() as u64;
        self.batches += 1;
        Ok(place)
    }

    /// Reads a batch and verifies its checksum.
    pub(super) fn load(&self, place: Place) -> io::Result<Bytes> {
        let mut file = open_regular(&self.path, OpenOptions::new().read(true))?;
        file.seek(SeekFrom::Start(place.offset))?;
        let mut record = vec![0; PREFIX + place.length as usize];
        file.read_exact(&mut record)?;
        let record = Bytes::from(record);
        match split_record(&record) {
            Some(Record { protobuf, is_sound: true, .. }) => Ok(record.slice_ref(protobuf)),
            _ => Err(io::Error::new(io::ErrorKind::InvalidData, "its checksum does not match")),
        }
    }

    /// Marks a batch as done, so that the next run does not send it.
    pub(super) fn mark_done(&mut self, place: Place) -> io::Result<()> {
        self.batches = self.batches.saturating_sub(1);
        let mut file = open_regular(&self.path, OpenOptions::new().write(true))?;
        file.seek(SeekFrom::Start(place.offset))?;
        file.write_all(&[DONE])
    }

    /// Reads a segment of an earlier run, from an adopted folder. A file that does not begin like a
    /// segment is an error, so it stays where it is.
    pub(super) fn read(kind: Kind, path: &Path, number: u64, folder: u64) -> io::Result<Earlier> {
        let Records { requests, damaged, bytes, is_segment } = Records::read(kind, path)?;
        if !is_segment {
            let (kind, problem) = (io::ErrorKind::InvalidInput, "it is not a segment of a spool");
            return Err(io::Error::new(kind, problem));
        }
        let batches: Vec<_> = requests
            .iter()
            .map(|(offset, protobuf)| {
                let length = u32::try_from(protobuf.len()).unwrap_or(u32::MAX);
                let place = Place { segment: number, offset: *offset, length };
                (place, (kind.count)(protobuf).unwrap_or(0))
            })
            .collect();
        let (path, folder, count) = (path.to_owned(), Some(folder), batches.len());
        let segment = Segment { path, number, folder, bytes, batches: count, file: None };
        Ok(Earlier { segment, batches, damaged })
    }

    pub(super) fn delete(self) -> io::Result<()> {
        std::fs::remove_file(&self.path)
    }
}

/// A segment of an earlier run, with its batches.
pub(super) struct Earlier {
    pub(super) segment: Segment,
    /// The places of its batches, with the numbers of their spans.
    pub(super) batches: Vec<(Place, u64)>,
    pub(super) damaged: u64,
}

/// The contents of a segment.
pub(crate) struct Records {
    /// The readable requests, with their offsets.
    pub(crate) requests: Vec<(u64, Bytes)>,
    /// The number of records that are damaged or cut off.
    pub(crate) damaged: u64,
    /// The length of the file.
    bytes: u64,
    /// True if the file begins like a segment.
    is_segment: bool,
}

impl Records {
    pub(crate) fn read(kind: Kind, path: &Path) -> io::Result<Self> {
        let all = Bytes::from(read_bounded(path)?);
        let (bytes, is_segment) = (all.len() as u64, all.starts_with(MAGIC));
        let mut records = Records { requests: Vec::new(), damaged: 0, bytes, is_segment };
        let Some(mut rest) = all.strip_prefix(MAGIC.as_slice()) else {
            // The header was not written completely, or the file is not a segment.
            records.damaged = u64::from(!MAGIC.starts_with(&all));
            return Ok(records);
        };
        while !rest.is_empty() {
            let offset = records.bytes - rest.len() as u64;
            let Some(record) = split_record(rest) else {
                records.damaged += 1;
                break;
            };
            if record.is_sound && (kind.count)(record.protobuf).is_some() {
                if !record.is_done {
                    records.requests.push((offset, all.slice_ref(record.protobuf)));
                }
            } else {
                records.damaged += 1;
            }
            rest = record.rest;
        }
        Ok(records)
    }
}

/// Reads a regular file that is not longer than a segment.
fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    let file = open_regular(path, OpenOptions::new().read(true))?;
    let length = file.metadata()?.len();
    let mut bytes = Vec::with_capacity(usize::try_from(length.min(MAX_BYTES)).unwrap_or(0));
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        let problem = format!("it is longer than {MAX_BYTES} bytes");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, problem));
    }
    Ok(bytes)
}

/// One record, and the bytes after it.
struct Record<'a> {
    protobuf: &'a [u8],
    is_done: bool,
    /// True if state and checksum are valid.
    is_sound: bool,
    rest: &'a [u8],
}

/// Splits the first record off. Returns `None` if it is cut off.
fn split_record(from: &[u8]) -> Option<Record<'_>> {
    let (state, rest) = from.split_first()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let (checksum, rest) = rest.split_first_chunk::<4>()?;
    let (protobuf, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    let is_sound = matches!(*state, WAITING | DONE)
        && crc32fast::hash(protobuf) == u32::from_le_bytes(*checksum);
    Some(Record { protobuf, is_done: *state == DONE, is_sound, rest })
}

//! Keeps batches on disk: those that memory cannot hold, those that a backend did not take before
//! the program ended and, in durable mode, all of them.
//!
//! `<folder>/<backend>/<process>/<number>.otlp` are segments of OTLP requests, see [`segment`]. A
//! process writes only below its own folder, which it holds with a lock. Another process adopts
//! the folder of one that is gone, and sends the batches in it: after its own spans, at its start
//! and when a process dies while others run, see [`takeover`]. No header and no key is ever
//! written. A batch is marked before the next one is sent, so a kill costs no progress. A batch
//! that a crash separates from its answer is sent once more, with the same ids.

mod folder;
mod kind;
mod names;
mod regular;
mod segment;
mod span_count;
mod store;
mod stranded;
mod takeover;

pub(crate) use kind::Kind;
pub(super) use kind::SPANS;
pub(super) use segment::Records;
pub(crate) use store::Store;
pub(crate) use stranded::Stranded;
pub(crate) use takeover::Takeover;

use folder::Folder;
use prost::bytes::Bytes;
use segment::{Place, Segment};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// The numbers of segments that this process writes begin after this one. Adopted segments have
/// lower numbers, so that the order of numbers is the order of age.
const FIRST_OWN_NUMBER: u64 = 1 << 32;

/// A segment that is as long as this is closed. Disk space is freed by whole segments.
const MAX_SEGMENT_BYTES: u64 = 8 << 20;

/// The segments that this process may read and write, and the places of batches in them.
#[derive(Debug)]
pub(crate) struct Spool {
    kind: Kind,
    own: Folder,
    /// The folders of processes that are gone, by number.
    adopted: BTreeMap<u64, Adopted>,
    /// By number, which is by age: see [`FIRST_OWN_NUMBER`].
    segments: BTreeMap<u64, Segment>,
    next_adopted: u64,
    next_own: u64,
    places: BTreeMap<u64, Place>,
    /// The number of batches that share a record, if it is more than one. Halves of a batch do.
    shares: BTreeMap<Place, usize>,
    bytes: u64,
    limit: u64,
    /// True if a batch must be on the disk itself before it counts as stored, which makes each
    /// batch slower by a sync.
    syncs: bool,
    /// True after shutdown: the folder is left to the next run, and must not change any more.
    is_closed: bool,
}

/// A folder that another process left.
#[derive(Debug)]
struct Adopted {
    folder: Folder,
    /// The number of its segments that may still be read or deleted.
    segments: usize,
}

impl Spool {
    fn open(kind: Kind, backend: &Path, limit: u64, syncs: bool) -> io::Result<Self> {
        let own = Folder::create(backend)?;
        if syncs {
            own.sync_above();
        }
        Ok(Spool {
            kind,
            own,
            adopted: BTreeMap::new(),
            segments: BTreeMap::new(),
            next_adopted: 0,
            next_own: FIRST_OWN_NUMBER,
            places: BTreeMap::new(),
            shares: BTreeMap::new(),
            bytes: 0,
            limit,
            syncs,
            is_closed: false,
        })
    }

    /// Returns the user of this process.
    fn user(&self) -> Option<u32> {
        self.own.user()
    }

    /// Adopts a folder with this many segments. Returns its number, or `None` if nothing is in it.
    fn adopt(&mut self, folder: Folder, segments: usize) -> Option<u64> {
        if self.is_closed || segments == 0 {
            folder.leave();
            return None;
        }
        let number = self.adopted_number();
        self.adopted.insert(number, Adopted { folder, segments });
        Some(number)
    }

    /// Returns true if a segment of an adopted folder fits. Without room it is left to another
    /// process or to a later scan, since adopting it must not evict batches of this process.
    fn has_room(&self, bytes: u64) -> bool {
        self.bytes == 0 || self.bytes + bytes <= self.limit
    }

    /// Returns a number for the next adopted folder, or the next segment of one.
    fn adopted_number(&mut self) -> u64 {
        self.next_adopted += 1;
        self.next_adopted
    }

    /// Adds a segment of an adopted folder. Returns false if no batch in it is to be sent.
    fn add(&mut self, segment: Segment) -> bool {
        if self.is_closed {
            return false;
        }
        if segment.batches == 0 {
            let folder = segment.folder;
            let _ = segment.delete();
            self.leave_segment(folder);
            return false;
        }
        self.bytes += segment.bytes;
        self.segments.insert(segment.number, segment);
        true
    }

    /// Records that this process is done with a segment of an adopted folder. The folder goes with
    /// its last segment, or stays if a file is left in it.
    fn leave_segment(&mut self, folder: Option<u64>) {
        let Some(number) = folder else { return };
        let Some(adopted) = self.adopted.get_mut(&number) else { return };
        adopted.segments = adopted.segments.saturating_sub(1);
        if adopted.segments == 0
            && let Some(Adopted { folder, .. }) = self.adopted.remove(&number)
        {
            folder.leave();
        }
    }

    /// Records the id of a batch that was found in an adopted segment.
    fn name(&mut self, id: u64, place: Place) {
        self.places.insert(id, place);
    }

    /// Stores a batch. Returns the ids of the batches that were dropped to make room, the oldest
    /// ones, and the result.
    pub(crate) fn store(&mut self, id: u64, protobuf: &[u8]) -> (Vec<u64>, io::Result<()>) {
        let length = segment::record_length(protobuf) + segment::HEADER;
        if self.is_closed || length > self.limit.min(segment::MAX_BYTES) {
            let error = io::Error::new(io::ErrorKind::StorageFull, "beyond the spool's bound");
            return (Vec::new(), Err(error));
        }
        (self.make_room(length), self.append(id, protobuf))
    }

    fn append(&mut self, id: u64, protobuf: &[u8]) -> io::Result<()> {
        let number = self.writable(segment::record_length(protobuf))?;
        let Some(segment) = self.segments.get_mut(&number) else { return Ok(()) };
        let before = segment.bytes;
        let appended = segment.append(protobuf, self.syncs);
        self.bytes = self.bytes - before + segment.bytes;
        self.places.insert(id, appended?);
        Ok(())
    }

    /// Reads a batch. Returns `None` if it is not in the spool.
    pub(crate) fn load(&self, id: u64) -> Option<io::Result<Bytes>> {
        let place = *self.places.get(&id)?;
        Some(self.segments.get(&place.segment)?.load(place))
    }

    /// Drops a batch that has an outcome. The segment is deleted with its last batch.
    pub(crate) fn forget(&mut self, id: u64) {
        if self.is_closed {
            return;
        }
        if let Some(place) = self.places.remove(&id) {
            self.release(place);
        }
    }

    /// Records that a record has one batch less.
    fn release(&mut self, place: Place) {
        if let Some(shares) = self.shares.get_mut(&place) {
            *shares -= 1;
            if *shares > 0 {
                return;
            }
            self.shares.remove(&place);
        }
        let Some(segment) = self.segments.get_mut(&place.segment) else { return };
        // On an error the next run sends the batch once more.
        let _ = segment.mark_done(place);
        if segment.batches == 0 {
            self.drop_segment(place.segment);
        }
    }

    pub(crate) fn contains(&self, id: u64) -> bool {
        self.places.contains_key(&id)
    }

    /// Replaces the record of a batch by those of its two halves. Without room for both, they share
    /// the record. Returns true if each has its own one. The halves are on disk before the whole is
    /// marked: a crash between the two costs no span.
    pub(crate) fn split(
        &mut self,
        id: u64,
        [first, second]: [u64; 2],
        protobufs: &[Option<Bytes>; 2],
    ) -> bool {
        let Some(place) = self.places.remove(&id) else { return false };
        if let [Some(a), Some(b)] = protobufs
            && self.has_room_to_split([a, b])
            && self.append(first, a).is_ok()
        {
            if self.append(second, b).is_ok() {
                self.release(place);
                return true;
            }
            self.forget(first);
        }
        *self.shares.entry(place).or_insert(1) += 1;
        self.places.extend([first, second].map(|half| (half, place)));
        false
    }

    fn has_room_to_split(&self, protobufs: [&Bytes; 2]) -> bool {
        let records = protobufs.map(|protobuf| segment::record_length(protobuf) + segment::HEADER);
        !self.is_closed && self.bytes + records.iter().sum::<u64>() <= self.limit
    }

    /// Gives a batch that shares a record its own one, if there is room, so that the next run
    /// sends it without the other half.
    pub(crate) fn separate(&mut self, id: u64, protobuf: &[u8]) -> io::Result<()> {
        let length = segment::record_length(protobuf) + segment::HEADER;
        let Some(shared) = self.places.get(&id).copied() else { return Ok(()) };
        if self.is_closed || self.bytes + length > self.limit {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.append(id, protobuf)?;
        self.release(shared);
        Ok(())
    }

    /// Leaves all batches to the next run, and unlocks the folders.
    pub(crate) fn close(&mut self) {
        self.is_closed = true;
        self.segments.clear();
        for (_, Adopted { folder, .. }) in std::mem::take(&mut self.adopted) {
            folder.leave();
        }
        std::mem::take(&mut self.own).leave();
    }

    /// Drops the oldest segments until there is room. Returns the ids of the batches in them.
    fn make_room(&mut self, length: u64) -> Vec<u64> {
        let mut evicted = Vec::new();
        while self.bytes + length > self.limit {
            let Some(oldest) = self.segments.keys().next().copied() else { break };
            let is_in = |place: &Place| place.segment == oldest;
            let gone = self.places.iter().filter(|(_, place)| is_in(place)).map(|(id, _)| *id);
            evicted.extend(gone.collect::<Vec<_>>());
            self.places.retain(|_, place| !is_in(place));
            self.shares.retain(|place, _| !is_in(place));
            self.drop_segment(oldest);
        }
        evicted
    }

    /// Returns the number of the segment to append to, a new one if the last is full. Segments are
    /// at most a quarter of the bound, so that dropping one leaves most of the batches.
    fn writable(&mut self, length: u64) -> io::Result<u64> {
        let longest = MAX_SEGMENT_BYTES.min(self.limit / 4);
        if let Some((number, segment)) = self.segments.last_key_value()
            && segment.is_writable()
            && segment.bytes + length <= longest
        {
            return Ok(*number);
        }
        self.next_own += 1;
        let number = self.next_own;
        let name = format!("{number:010}.{}", self.kind.extension);
        let segment = Segment::create(&self.own.path().join(name), number)?;
        if self.syncs {
            self.own.sync();
        }
        self.bytes += segment.bytes;
        self.segments.insert(number, segment);
        Ok(number)
    }

    fn drop_segment(&mut self, number: u64) {
        let Some(segment) = self.segments.remove(&number) else { return };
        self.bytes -= segment.bytes;
        let folder = segment.folder;
        // On an error the next run skips its batches, which are marked, or were evicted.
        let _ = segment.delete();
        self.leave_segment(folder);
    }
}

#[cfg(test)]
mod tests;

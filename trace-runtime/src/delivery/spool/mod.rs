//! Batches on disk: what memory cannot hold, what a backend did not take in time and, in durable
//! mode, everything that is on its way.
//!
//! `<folder>/<backend>/<process>/<number>.otlp` are segments of OTLP requests, see [`segment`]. A
//! process writes only below a folder of its own, which it holds with a lock; the folder of a
//! process that is gone is taken over, as far as there is room, and what is in it is sent: at the
//! start, and when a process dies while others run. No header and no key is ever written. A batch may be sent once more than it arrived, after a crash: the ids of its spans make
//! that harmless.

mod folder;
mod segment;
mod store;

pub(super) use segment::Records;
pub(super) use store::Store;

use folder::Folder;
use prost::bytes::Bytes;
use segment::{Place, Segment};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// From here on segments are numbered that this process writes.
const OWN: u64 = 1 << 32;

/// A segment is closed when it is as long as this.
const SEGMENT: u64 = 8 << 20;

/// The segments that this process may read and write.
#[derive(Debug)]
struct Spool {
    own: Folder,
    /// Of processes that are gone.
    adopted: Vec<Folder>,
    /// By age, the oldest first: those of processes that are gone come before [`OWN`].
    segments: BTreeMap<u64, Segment>,
    next_adopted: u64,
    next_own: u64,
    places: BTreeMap<u64, Place>,
    /// How many batches share a record, where it is more than one.
    shares: BTreeMap<Place, usize>,
    bytes: u64,
    limit: u64,
    /// Whether a batch is on the disk itself before it counts as stored.
    syncs: bool,
    is_closed: bool,
}

impl Spool {
    fn open(backend: &Path, limit: u64, syncs: bool) -> io::Result<Self> {
        let own = Folder::create(backend)?;
        if syncs {
            own.sync_above();
        }
        Ok(Spool {
            own,
            adopted: Vec::new(),
            segments: BTreeMap::new(),
            next_adopted: 0,
            next_own: OWN,
            places: BTreeMap::new(),
            shares: BTreeMap::new(),
            bytes: 0,
            limit,
            syncs,
            is_closed: false,
        })
    }

    /// Makes the folder of a process that is gone one of this. `false` if there is no room for what
    /// is in it: it is left to another process, or until there is.
    fn adopt(&mut self, folder: Folder) -> bool {
        let is_too_much = self.bytes > 0 && self.bytes + folder.bytes() > self.limit;
        if self.is_closed || is_too_much {
            folder.leave();
            return false;
        }
        self.adopted.push(folder);
        true
    }

    /// The number of the next segment of an adopted folder.
    fn adopted_number(&mut self) -> u64 {
        self.next_adopted += 1;
        self.next_adopted
    }

    /// Adds a segment of an adopted folder; `false` if nothing is to be sent from it.
    fn add(&mut self, segment: Segment) -> bool {
        if self.is_closed {
            return false;
        }
        if segment.batches == 0 {
            let _ = segment.delete();
            return false;
        }
        self.bytes += segment.bytes;
        self.segments.insert(segment.number, segment);
        true
    }

    /// Lets go of the adopted folders that nothing is left in.
    fn leave_empty(&mut self) {
        let segments = &self.segments;
        let is_empty = |folder: &mut Folder| !segments.values().any(|s| s.is_in(folder.path()));
        self.adopted.extract_if(.., is_empty).for_each(Folder::leave);
    }

    /// Gives a batch that was found its name.
    fn name(&mut self, id: u64, place: Place) {
        self.places.insert(id, place);
    }

    /// Stores a batch; returns also those that had to go for it, the oldest.
    fn store(&mut self, id: u64, protobuf: &[u8]) -> (Vec<u64>, io::Result<()>) {
        let length = segment::record_length(protobuf) + segment::HEADER;
        if self.is_closed || length > self.limit {
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

    fn load(&self, id: u64) -> Option<io::Result<Bytes>> {
        let place = *self.places.get(&id)?;
        Some(self.segments.get(&place.segment)?.load(place))
    }

    /// The batch need not be kept any longer. Its segment goes with the last of them.
    fn forget(&mut self, id: u64) {
        if self.is_closed {
            return;
        }
        if let Some(place) = self.places.remove(&id) {
            self.let_go(place);
        }
    }

    /// One batch less is in this record.
    fn let_go(&mut self, place: Place) {
        if let Some(shares) = self.shares.get_mut(&place) {
            *shares -= 1;
            if *shares > 0 {
                return;
            }
            self.shares.remove(&place);
        }
        let Some(segment) = self.segments.get_mut(&place.segment) else { return };
        // What cannot be marked is sent once more by the next run.
        let _ = segment.mark_done(place);
        if segment.batches == 0 {
            self.drop_segment(place.segment);
        }
    }

    /// The record of a batch becomes that of its two parts.
    fn share(&mut self, id: u64, parts: [u64; 2]) {
        let Some(place) = self.places.remove(&id) else { return };
        *self.shares.entry(place).or_insert(1) += 1;
        self.places.extend(parts.map(|part| (part, place)));
    }

    /// Gives a batch that shares a record one of its own, if there is room.
    fn separate(&mut self, id: u64, protobuf: &[u8]) -> io::Result<()> {
        let length = segment::record_length(protobuf) + segment::HEADER;
        let Some(shared) = self.places.get(&id).copied() else { return Ok(()) };
        if self.is_closed || self.bytes + length > self.limit {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.append(id, protobuf)?;
        self.let_go(shared);
        Ok(())
    }

    /// Leaves what is stored to the next run.
    fn close(&mut self) {
        self.is_closed = true;
        self.segments.clear();
        for folder in self.adopted.drain(..).chain([std::mem::take(&mut self.own)]) {
            folder.leave();
        }
    }

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

    /// The segment to append to.
    fn writable(&mut self, length: u64) -> io::Result<u64> {
        let longest = SEGMENT.min(self.limit / 4);
        if let Some((number, segment)) = self.segments.last_key_value()
            && segment.is_writable()
            && segment.bytes + length <= longest
        {
            return Ok(*number);
        }
        self.next_own += 1;
        let number = self.next_own;
        let segment = Segment::create(&self.own.path().join(format!("{number:010}.otlp")), number)?;
        if self.syncs {
            self.own.sync();
        }
        self.bytes += segment.bytes;
        self.segments.insert(number, segment);
        Ok(number)
    }

    fn drop_segment(&mut self, number: u64) {
        if let Some(segment) = self.segments.remove(&number) {
            self.bytes -= segment.bytes;
            // What cannot be deleted is sent once more by the next run.
            let _ = segment.delete();
        }
        if number < OWN {
            self.leave_empty();
        }
    }
}

#[cfg(test)]
mod tests;

//! Tests of the files of a spool, without a queue.

use super::segment::{Earlier, Records};
use super::*;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message;
use std::path::PathBuf;

#[derive(Debug, Default)]
struct Found {
    /// The places of batches, with the number of their spans.
    batches: Vec<(Place, u64)>,
    /// Records that were cut off or damaged.
    damaged: u64,
    /// The number of segments without room.
    left: usize,
}

/// A folder that one test uses, deleted at its end.
struct Temporary(PathBuf);

impl Temporary {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("spool-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        Temporary(path)
    }

    /// Opens a spool, and adopts the folders that other processes left.
    fn open(&self, limit: u64) -> (Spool, Found) {
        let mut spool = Spool::open(SPANS, &self.0, limit, false).unwrap();
        let found = self.adopt(&mut spool);
        (spool, found)
    }

    fn adopt(&self, spool: &mut Spool) -> Found {
        let mut found = Found::default();
        let user = spool.user();
        let take = |lock: &PathBuf| Folder::take(lock, user).unwrap();
        for folder in Folder::locks(&self.0).iter().filter_map(take) {
            let segments = folder.segments(SPANS.extension);
            let Some(number) = spool.adopt(folder, segments.len()) else { continue };
            for path in segments {
                if !spool.has_room(path.metadata().unwrap().len()) {
                    spool.leave_segment(Some(number));
                    found.left += 1;
                    continue;
                }
                let segment = Segment::read(SPANS, &path, spool.adopted_number(), number);
                let Earlier { segment, batches, damaged } = segment.unwrap();
                found.damaged += damaged;
                if spool.add(segment) {
                    found.batches.extend(batches);
                }
            }
        }
        found
    }

    /// Returns every file with this extension.
    fn files(&self, extension: &str) -> Vec<PathBuf> {
        let mut files = Vec::new();
        let mut folders = vec![self.0.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|found| found == extension) {
                    files.push(path);
                }
            }
        }
        files
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Encodes a request of `spans` spans.
fn request(spans: u64) -> Vec<u8> {
    let span = Span { name: "a span".to_owned(), ..Span::default() };
    let scope =
        ScopeSpans { spans: vec![span; usize::try_from(spans).unwrap()], ..ScopeSpans::default() };
    let resource = ResourceSpans { scope_spans: vec![scope], ..ResourceSpans::default() };
    ExportTraceServiceRequest { resource_spans: vec![resource] }.encode_to_vec()
}

/// Stores a batch. Returns the ids of the batches that were dropped for it.
fn store(spool: &mut Spool, id: u64, spans: u64) -> Vec<u64> {
    let (evicted, stored) = spool.store(id, &request(spans));
    stored.unwrap();
    evicted
}

fn counts(found: &Found) -> Vec<u64> {
    found.batches.iter().map(|(_, spans)| *spans).collect()
}

/// The segment is deleted with its last batch, and the folder with the last segment.
#[test]
fn stored_batch_is_loaded_until_it_is_forgotten() {
    let temporary = Temporary::new("round");
    let (mut spool, found) = temporary.open(1 << 20);
    assert!(found.batches.is_empty());
    for id in 1..=3 {
        store(&mut spool, id, id);
    }
    assert_eq!(spool.load(2).unwrap().unwrap(), request(2));
    (1..=3).for_each(|id| spool.forget(id));
    assert!(spool.load(2).is_none());
    assert!(temporary.files("otlp").is_empty());
    assert_eq!(spool.bytes, 0);
    spool.close();
    assert!(temporary.files("lock").is_empty(), "nothing remains");
}

/// Locks decide: a living process keeps its folder, and of two that look the first one adopts it.
#[test]
fn batches_left_by_a_process_are_adopted_once() {
    let temporary = Temporary::new("next");
    let (mut first, _) = temporary.open(1 << 20);
    store(&mut first, 1, 1);
    store(&mut first, 2, 5);
    let (mut second, while_it_lives) = temporary.open(1 << 20);
    assert!(while_it_lives.batches.is_empty(), "the process lives");
    first.close();
    let (mut third, found) = temporary.open(1 << 20);
    assert_eq!((counts(&found), found.damaged), (vec![1, 5], 0));
    let (_fourth, twice) = temporary.open(1 << 20);
    assert!(twice.batches.is_empty(), "adopted already");
    for (id, (place, _)) in found.batches.into_iter().enumerate() {
        third.name(id as u64, place);
    }
    assert_eq!(third.load(1).unwrap().unwrap(), request(5));
    assert_eq!(temporary.files("lock").len(), 4, "three live, and one was adopted");
    (0..2).for_each(|id| third.forget(id));
    assert_eq!(temporary.files("lock").len(), 3, "an empty folder is deleted");
    second.close();
}

/// Adopting a segment must not evict batches of this process, nor those of another folder.
#[test]
fn segment_without_room_is_left_until_there_is_room() {
    let temporary = Temporary::new("room");
    let (mut one, mut other) = (temporary.open(1 << 20).0, temporary.open(1 << 20).0);
    store(&mut one, 1, 100);
    store(&mut other, 1, 101);
    one.close();
    other.close();
    // Both together would leave no room for the next batch.
    let (mut spool, found) = temporary.open(one_of_them(&temporary) + 500);
    let [first] = counts(&found)[..] else { panic!("one of them") };
    assert_eq!(found.left, 1);
    assert!(store(&mut spool, 1, 3).is_empty(), "no batch is dropped");
    spool.name(2, found.batches[0].0);
    spool.forget(2);
    assert_eq!(temporary.files("lock").len(), 2, "its own one, and the one without room");
    let found = temporary.adopt(&mut spool);
    assert_eq!((counts(&found), found.left), (vec![201 - first], 0));
    assert!(
        spool.segments.last_key_value().unwrap().1.is_writable(),
        "the open segment stays the last"
    );
}

fn one_of_them(temporary: &Temporary) -> u64 {
    temporary.files("otlp").iter().map(|path| path.metadata().unwrap().len()).max().unwrap()
}

/// A batch is marked in its record, since its segment still holds others.
#[test]
fn forgotten_batch_is_not_adopted() {
    let temporary = Temporary::new("done");
    let (mut spool, _) = temporary.open(1 << 20);
    (1..=3).for_each(|id| drop(store(&mut spool, id, id)));
    spool.forget(2);
    spool.close();
    let (mut next, found) = temporary.open(1 << 20);
    assert_eq!((counts(&found), found.damaged), (vec![1, 3], 0));
    next.name(1, found.batches[0].0);
    next.forget(1);
    next.close();
    let (_last, found) = temporary.open(1 << 20);
    assert_eq!((counts(&found), found.damaged), (vec![3], 0));
}

/// A crash cuts the last record off, a bad disk changes a byte. Records between stay readable.
#[test]
fn torn_and_damaged_records_are_skipped_and_counted() {
    let temporary = Temporary::new("torn");
    let (mut spool, _) = temporary.open(1 << 20);
    for id in 1..=3 {
        store(&mut spool, id, id);
    }
    spool.close();
    let path = temporary.files("otlp").remove(0);
    let mut bytes = std::fs::read(&path).unwrap();
    // A byte of the first request, after header and prefix, and the end of the last one.
    bytes[8 + 9 + 2] ^= 0xff;
    bytes.truncate(bytes.len() - 3);
    std::fs::write(&path, bytes).unwrap();
    let (_spool, found) = temporary.open(1 << 20);
    assert_eq!((counts(&found), found.damaged), (vec![2], 2));
}

/// Every truncation and every changed byte of a valid segment.
#[test]
fn arbitrary_bytes_are_read_without_a_panic() {
    let temporary = Temporary::new("bytes");
    let (mut spool, _) = temporary.open(1 << 20);
    store(&mut spool, 1, 3);
    spool.close();
    let path = temporary.files("otlp").remove(0);
    let sound = std::fs::read(&path).unwrap();
    for length in 0..=sound.len() {
        std::fs::write(&path, &sound[..length]).unwrap();
        let Records { requests, damaged, .. } = Records::read(SPANS, &path).unwrap();
        let is_cut = length > 8 && length < sound.len();
        assert_eq!(
            (requests.len(), damaged),
            (usize::from(length == sound.len()), u64::from(is_cut))
        );
    }
    for at in 0..sound.len() {
        let mut bytes = sound.clone();
        bytes[at] ^= 0x55;
        std::fs::write(&path, &bytes).unwrap();
        let Records { requests, damaged, .. } = Records::read(SPANS, &path).unwrap();
        assert!(requests.is_empty() && damaged > 0, "byte {at}");
    }
}

/// The bound holds after every single batch, in files as they are on disk.
#[test]
fn full_spool_drops_the_oldest_batches() {
    let temporary = Temporary::new("full");
    let (mut spool, _) = temporary.open(1000);
    let mut gone = Vec::new();
    for id in 1..=100 {
        gone.extend(store(&mut spool, id, 3));
        let bytes: u64 =
            temporary.files("otlp").iter().map(|path| path.metadata().unwrap().len()).sum();
        assert!(bytes <= 1000 && bytes == spool.bytes, "{bytes} on disk");
        assert!(gone.is_empty() || bytes > 500, "only {bytes} are left after a drop");
    }
    let first_left = *spool.places.keys().next().unwrap();
    assert_eq!(gone, (1..first_left).collect::<Vec<_>>(), "in their order");
    assert!(spool.store(101, &request(1000)).1.is_err(), "longer than the bound");
    assert_eq!(*spool.places.keys().next().unwrap(), first_left, "no batch is dropped for it");
}

/// A later run reads no segment that is longer, so the batch would never be sent.
#[test]
fn batch_longer_than_a_segment_is_not_stored() {
    let temporary = Temporary::new("long");
    let (mut spool, _) = temporary.open(1 << 30);
    let longest = usize::try_from(segment::MAX_BYTES).unwrap();
    assert!(spool.store(1, &vec![0; longest]).1.is_err());
    assert!(temporary.files("otlp").is_empty());
}

/// Two halves share a record if there is no room to split it. Both are gone with the record.
#[test]
fn dropped_record_that_halves_share_leaves_no_trace() {
    let temporary = Temporary::new("shares");
    let (mut spool, _) = temporary.open(1000);
    store(&mut spool, 1, 2);
    assert!(!spool.split(1, [2, 3], &[None, None]));
    let mut gone = Vec::new();
    for id in 10..100 {
        gone.extend(store(&mut spool, id, 3));
    }
    assert_eq!(gone[..2], [2, 3]);
    assert!(spool.shares.is_empty(), "{:?}", spool.shares);
}

/// Spans hold prompts and answers, so the folders and files are private.
#[cfg(unix)]
#[test]
fn files_are_readable_by_this_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let temporary = Temporary::new("private");
    let (mut spool, _) = temporary.open(1000);
    store(&mut spool, 1, 1);
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&temporary.0), 0o700);
    assert_eq!(mode(spool.own.path()), 0o700);
    assert_eq!(mode(&temporary.files("otlp")[0]), 0o600);
    assert_eq!(mode(&temporary.files("lock")[0]), 0o600);
}

//! The annotations that wait to be sent, in the order of their next attempt.

use crate::delivery::{Backoff, Ended};
use crate::feedback::record::Key;
use opentelemetry::trace::SpanId;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Annotations of earlier runs have ids from here on.
const FIRST_EARLIER_ID: u64 = 1 << 63;

/// The memory of an annotation besides its JSON, estimated.
const OVERHEAD: usize = 256;

/// The first pause before the spans are asked for again.
const FIRST_CHECK: Duration = Duration::from_millis(20);
/// The longest such pause.
const LAST_CHECK: Duration = Duration::from_secs(1);

/// One annotation.
#[derive(Debug)]
pub(super) struct Item {
    /// `None` for an annotation of an earlier run, which was not read yet.
    pub(super) key: Option<Key>,
    /// The JSON; `None` if the spool alone has it.
    pub(super) body: Option<Arc<[u8]>>,
    pub(super) waits: Waits,
    pub(super) backoff: Backoff,
    /// The time of the first answer that its target is unknown.
    pub(super) unknown_since: Option<Instant>,
    /// The number of attempts.
    pub(super) tries: u32,
    checks: u32,
    due: Instant,
}

/// The spans that an annotation waits for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waits {
    /// A span that has not ended.
    pub(super) live: Option<SpanId>,
    /// The spans that had ended when it was given.
    pub(super) ended: Option<Ended>,
    /// True if it waits for the spans of earlier runs.
    pub(super) is_earlier: bool,
    pub(super) since: Instant,
}

/// The annotations of one backend. Each has exactly one place in the schedule.
#[derive(Debug, Default)]
pub(super) struct Items {
    by_id: BTreeMap<u64, Item>,
    schedule: BTreeSet<(Instant, u64)>,
    /// The last annotation of this run with a key.
    latest: HashMap<Key, u64>,
    last_earlier: u64,
    bytes: usize,
}

impl Item {
    pub(super) fn new(key: Option<Key>, body: Option<Arc<[u8]>>, waits: Waits) -> Self {
        let (backoff, due) = (Backoff::default(), Instant::now());
        Item { key, body, waits, backoff, unknown_since: None, tries: 0, checks: 0, due }
    }

    fn bytes(&self) -> usize {
        OVERHEAD + self.body.as_ref().map_or(0, |body| body.len())
    }

    pub(super) fn is_on_disk(&self) -> bool {
        self.body.is_none()
    }
}

impl Items {
    /// Returns true if an annotation was left by an earlier run.
    pub(super) fn is_earlier(id: u64) -> bool {
        id >= FIRST_EARLIER_ID
    }

    /// Returns the id for another annotation of an earlier run.
    pub(super) fn next_earlier(&mut self) -> u64 {
        self.last_earlier += 1;
        FIRST_EARLIER_ID + self.last_earlier
    }

    /// Adds an annotation, which is due at once. Returns the one of this run that it replaces.
    pub(super) fn insert(&mut self, id: u64, item: Item) -> Option<u64> {
        let replaced = item.key.and_then(|key| self.latest.insert(key, id));
        self.bytes += item.bytes();
        self.schedule.insert((item.due, id));
        self.by_id.insert(id, item);
        replaced
    }

    pub(super) fn remove(&mut self, id: u64) -> Option<Item> {
        let item = self.by_id.remove(&id)?;
        self.schedule.remove(&(item.due, id));
        self.bytes -= item.bytes();
        if let Some(key) = item.key
            && self.latest.get(&key) == Some(&id)
        {
            self.latest.remove(&key);
        }
        Some(item)
    }

    pub(super) fn get_mut(&mut self, id: u64) -> Option<&mut Item> {
        self.by_id.get_mut(&id)
    }

    /// Returns the annotation that is due first.
    pub(super) fn first(&self) -> Option<(Instant, u64)> {
        self.schedule.first().copied()
    }

    /// Returns true if a later annotation of this run with the same key waits too.
    pub(super) fn is_replaced(&self, id: u64, key: Key) -> bool {
        self.latest.get(&key).is_some_and(|latest| *latest != id)
    }

    /// Sets the time of the next attempt.
    pub(super) fn schedule_at(&mut self, id: u64, due: Instant) {
        let Some(item) = self.by_id.get_mut(&id) else { return };
        self.schedule.remove(&(item.due, id));
        item.due = due;
        self.schedule.insert((due, id));
    }

    /// Sets the time to look again whether the spans of an annotation were accepted.
    pub(super) fn check_later(&mut self, id: u64, waits: Waits, now: Instant) {
        let Some(item) = self.by_id.get_mut(&id) else { return };
        item.waits = waits;
        let pause = FIRST_CHECK.saturating_mul(1 << item.checks.min(10)).min(LAST_CHECK);
        item.checks += 1;
        self.schedule_at(id, now + pause);
    }

    /// Makes all annotations due, for a flush that waits for them.
    pub(super) fn hurry(&mut self, now: Instant) {
        self.schedule.clear();
        for (id, item) in &mut self.by_id {
            (item.due, item.checks) = (item.due.min(now), 0);
            self.schedule.insert((item.due, *id));
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn clear(&mut self) {
        let last_earlier = self.last_earlier;
        *self = Items { last_earlier, ..Items::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(key: Key) -> Item {
        let since = Instant::now();
        let waits = Waits { live: None, ended: None, is_earlier: false, since };
        Item::new(Some(key), Some(Arc::from(*b"{}")), waits)
    }

    #[test]
    fn annotation_that_is_due_first_comes_first() {
        let mut items = Items::default();
        for id in 1..=3 {
            assert_eq!(items.insert(id, item(id.into())), None);
        }
        assert_eq!(items.first().unwrap().1, 1);
        items.schedule_at(1, Instant::now() + LAST_CHECK);
        assert_eq!(items.first().unwrap().1, 2);
        items.remove(2);
        items.remove(3);
        assert!(items.first().unwrap().0 > Instant::now());
        items.hurry(Instant::now());
        assert!(items.first().unwrap().0 <= Instant::now());
        items.remove(1);
        assert_eq!((items.bytes(), items.first()), (0, None));
    }

    #[test]
    fn pauses_between_looks_grow_until_a_flush_hurries() {
        let (mut items, now) = (Items::default(), Instant::now());
        items.insert(1, item(1));
        let waits = items.get_mut(1).unwrap().waits;
        let mut pause = || {
            items.check_later(1, waits, now);
            items.first().unwrap().0 - now
        };
        assert_eq!([pause(), pause(), pause()], [FIRST_CHECK, FIRST_CHECK * 2, FIRST_CHECK * 4]);
        items.hurry(now);
        items.check_later(1, waits, now);
        assert_eq!(items.first().unwrap().0 - now, FIRST_CHECK);
    }

    #[test]
    fn id_of_an_earlier_annotation_is_never_given_twice() {
        let mut items = Items::default();
        let first = items.next_earlier();
        items.clear();
        assert!(Items::is_earlier(first) && items.next_earlier() != first);
    }

    #[test]
    fn later_annotation_with_the_same_key_replaces_the_earlier() {
        let mut items = Items::default();
        assert_eq!(items.insert(1, item(7)), None);
        assert!(!items.is_replaced(1, 7));
        assert_eq!(items.insert(2, item(7)), Some(1));
        assert!(items.is_replaced(1, 7) && !items.is_replaced(2, 7));
        items.remove(1);
        assert!(!items.is_replaced(2, 7));
        items.remove(2);
        assert_eq!(items.insert(3, item(7)), None);
    }
}

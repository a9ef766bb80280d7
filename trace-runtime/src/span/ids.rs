//! Random ids of traces and spans.

use opentelemetry::trace::{SpanId, TraceId};
use std::cell::Cell;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::process;
use std::time::SystemTime;

thread_local! {
    /// The state of the generator, xoroshiro128++ by David Blackman and Sebastiano Vigna. It has no
    /// destructor, so threads that are ending can use it. All zeros: not seeded.
    static STATE: Cell<[u64; 2]> = const { Cell::new([0; 2]) };
}

/// Returns random ids for a trace and its first span.
#[inline]
pub(crate) fn new_ids() -> (TraceId, SpanId) {
    let [high, low, span] = random();
    let trace = (u128::from(high) << 64) | u128::from(low);
    (TraceId::from(trace.max(1)), SpanId::from(span.max(1)))
}

/// Returns a random id for a span.
#[inline]
pub(crate) fn new_span_id() -> SpanId {
    let [span] = random();
    SpanId::from(span.max(1))
}

/// Makes this thread seed its generator again. A forked child has the state of its parent, and
/// would generate the same ids.
pub(crate) fn reseed() {
    STATE.set([0; 2]);
}

/// Returns random numbers: 15 instructions for each (callgrind).
#[inline]
fn random<const COUNT: usize>() -> [u64; COUNT] {
    let [mut one, mut other] = STATE.get();
    if one == 0 && other == 0 {
        [one, other] = seed();
    }
    let numbers = [(); COUNT].map(|()| {
        let number = one.wrapping_add(other).rotate_left(17).wrapping_add(one);
        other ^= one;
        one = one.rotate_left(49) ^ other ^ (other << 21);
        other = other.rotate_left(28);
        number
    });
    STATE.set([one, other]);
    numbers
}

/// Returns a state from the random numbers of the system. The process and the time are added
/// because the standard library keeps those numbers for each thread, also in a forked child.
#[cold]
fn seed() -> [u64; 2] {
    let seed = || {
        let mut hasher = RandomState::new().build_hasher();
        hasher.write_u32(process::id());
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        hasher.write_u128(now.as_nanos());
        hasher.finish() | 1
    };
    [seed(), seed()]
}

#[cfg(test)]
mod tests {
    use super::{new_ids, reseed};
    use std::collections::HashSet;
    use std::thread;

    #[test]
    fn ids_of_many_threads_and_seeds_are_distinct() {
        let ids = || {
            let id = |n: u32| {
                if n.is_multiple_of(100) {
                    reseed();
                }
                new_ids()
            };
            (0..1000).map(id).collect::<Vec<_>>()
        };
        let threads: Vec<_> = (0..4).map(|_| thread::spawn(ids)).collect();
        let all: Vec<_> = threads.into_iter().flat_map(|one| one.join().unwrap()).collect();
        let traces: HashSet<_> = all.iter().map(|(trace, _)| trace).collect();
        let spans: HashSet<_> = all.iter().map(|(_, span)| span).collect();
        assert_eq!((traces.len(), spans.len()), (4000, 4000));
    }

    #[test]
    fn every_bit_of_an_id_is_set_in_about_half_of_them() {
        let ids: Vec<u128> =
            (0..4096).map(|_| u128::from_be_bytes(new_ids().0.to_bytes())).collect();
        for bit in 0..128 {
            let set = ids.iter().filter(|id| *id >> bit & 1 == 1).count();
            assert!((1700..2400).contains(&set), "bit {bit} is set in {set}");
        }
    }
}

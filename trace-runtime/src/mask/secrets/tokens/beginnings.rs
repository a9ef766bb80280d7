//! A first look at the beginning of a word: its first two bytes.

use super::literals;
use std::sync::LazyLock;

/// One bit for each pair of bytes with which a prefix begins.
static PAIRS: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let mut pairs = vec![0; (1 << 16) / 64];
    for literal in literals() {
        if let [first, second, ..] = literal.as_bytes() {
            let pair = pair(*first, *second);
            pairs[pair / 64] |= 1 << (pair % 64);
        }
    }
    pairs
});

fn pair(first: u8, second: u8) -> usize {
    usize::from(first) << 8 | usize::from(second)
}

/// Returns false if no prefix of a token begins here. Base64 has a place to look at every 32 bytes,
/// and nearly all of them end here instead of in the automaton.
pub(super) fn may_begin(bytes: &[u8]) -> bool {
    let [first, second, ..] = bytes else { return false };
    let pair = pair(*first, *second);
    PAIRS[pair / 64] >> (pair % 64) & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::{literals, may_begin};

    #[test]
    fn every_prefix_passes_the_first_look() {
        assert!(literals().all(|literal| may_begin(literal.as_bytes())));
        assert!(!may_begin(b"zz") && !may_begin(b"g") && !may_begin(b""));
    }
}

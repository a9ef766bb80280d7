//! Tokens that are recognized by their end, or by the text before them.

use super::super::alphabet::Alphabet;
use super::super::values::is_random;
use std::ops::Range;

/// The marks of Azure's keys, ten characters before the end of the base64: storage, batch, databases,
/// event hubs, buses, grids, relays, devices, container registries, caches, functions, search.
const AZURE_MARKS: [&[u8]; 13] = [
    b"+ASt", b"+ABa", b"ACDb", b"+AEh", b"+ASb", b"AZEG", b"+ARm", b"AIoT", b"+ACR", b"AzCa",
    b"AzFu", b"AzSe", b"APIM",
];
/// The number of characters from the mark to the end.
const AZURE_MARK: usize = 10;
/// The same of keys of Azure's model services, 84 characters long.
const AZURE_AI_MARK: (&[u8], usize) = (b"JQQJ99", 32);

/// Returns true if a run ends in a key of Azure or of New Relic. Both have a mark near their end.
pub(super) fn has_known_ending(run: &[u8]) -> bool {
    // The shortest has 40 characters, the longest 86, and an assignment may precede it.
    if !(40..=192).contains(&run.len()) {
        return false;
    }
    let starts = |from_end: usize, mark: &[u8]| run[run.len() - from_end..].starts_with(mark);
    let is_azure = AZURE_MARKS.iter().any(|mark| starts(AZURE_MARK, mark))
        || starts(AZURE_AI_MARK.1, AZURE_AI_MARK.0);
    let is_new_relic = run.ends_with(b"NRAL") || run.ends_with(b"-NRMA");
    if !is_azure && !is_new_relic {
        return false;
    }
    let key = run.rsplit(|byte| !Alphabet::Base64.contains(*byte)).next().unwrap_or_default();
    key.len() >= 40 && is_random(key)
}

/// Returns true if a run is the second half of a key of Facebook or Convex, after `|`: digits of an
/// application precede the first, the name of a deployment the other.
pub(super) fn after_pipe(bytes: &[u8], run: &Range<usize>) -> bool {
    let Some(before) = bytes[..run.start].strip_suffix(b"|") else { return false };
    let digits = before.iter().rev().take(17).take_while(|byte| byte.is_ascii_digit()).count();
    let token = &bytes[run.clone()];
    (15..=16).contains(&digits) && (27..=40).contains(&token.len())
        || token.starts_with(b"eyJ") && token.len() >= 30
}

//! Finds tokens of a known form, wherever they stand.
//!
//! Every form is a run of at least [`MIN_RUN`](runs::MIN_RUN) characters without a space or a quote, and most have
//! digits. Words are shorter, so the search skips whole parts of prose, and jumps from space to space
//! elsewhere. A search for all prefixes at once reads every byte with an automaton, which took ten
//! times as long for 20 KB of prose.

mod beginnings;
mod endings;
mod literals;
mod runs;

use super::Finding;
use super::boundary::{starts_escape, starts_word};
use super::form::{Form, Proof};
use super::forms::FORMS;
use super::values::{is_basic, is_random};
use aho_corasick::automaton::OverlappingState;
use aho_corasick::{AhoCorasick, AhoCorasickKind, Anchored, Input, MatchKind, StartKind};
use beginnings::may_begin;
use endings::{after_pipe, has_known_ending};
use literals::{LITERALS, discord, first, match_literal};
pub(super) use runs::MIN_RUN;
use runs::{MIN_CAPITALS, next_run, run_start};
use std::ops::Range;
use std::sync::LazyLock;

/// The number of bytes that decide if a word is a token. Without a bound, the rest of a run would be
/// read for each of many prefixes in it.
const MAX_DECISIVE: usize = 256;

/// The length of the longest escape at the beginning of a run: `\u0027`, `[1;31m`.
const MAX_ESCAPE: usize = 8;

// `None` if the automaton cannot be built, which the tests would find.
static PREFIXES: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder()
        .match_kind(MatchKind::Standard)
        .start_kind(StartKind::Both)
        .kind(Some(AhoCorasickKind::DFA))
        .build(literals())
        .ok()
});

/// Returns all prefixes, and the literals that are none.
fn literals() -> impl Iterator<Item = &'static str> {
    FORMS.iter().map(|form| form.prefix).chain(LITERALS)
}

/// Adds the tokens in `text`, which has only words before `from`. Returns true if an escape interrupts
/// what may be one.
pub(super) fn search(text: &str, from: usize, found: &mut Vec<Finding>) -> bool {
    let Some(prefixes) = PREFIXES.as_ref() else { return false };
    let mut runs = Runs { text, bytes: text.as_bytes(), prefixes, covered: 0, found };
    let (mut at, mut judged, mut is_suspect) = (run_start(runs.bytes, from), from, false);
    while let Some(run) = next_run(runs.bytes, at, judged) {
        (at, judged) = (run.end, run.end);
        let has_prefix = runs.examine(&run);
        is_suspect |= has_prefix && starts_escape(runs.bytes.get(run.end));
    }
    is_suspect
}

/// Returns false for paths, addresses and most identifiers: they have no digit and few capitals.
fn may_be_token(run: &[u8]) -> bool {
    run.iter().any(u8::is_ascii_digit)
        || run.iter().filter(|byte| byte.is_ascii_uppercase()).nth(MIN_CAPITALS - 1).is_some()
}

struct Runs<'a> {
    text: &'a str,
    bytes: &'a [u8],
    prefixes: &'a AhoCorasick,
    /// The end of the last token.
    covered: usize,
    found: &'a mut Vec<Finding>,
}

impl Runs<'_> {
    /// Adds the tokens of a run. Returns true if the run has the prefix of any.
    fn examine(&mut self, run: &Range<usize>) -> bool {
        self.credentials(run);
        discord(self.text, run, self.found);
        if has_known_ending(&self.bytes[run.clone()]) || after_pipe(self.bytes, run) {
            self.found.push(Finding::new(run.clone()));
        }
        let bytes = &self.bytes[run.clone()];
        if !may_be_token(bytes) {
            return false;
        }
        let separator = memchr::memchr3(b'-', b'_', b'.', bytes);
        if separator.or_else(|| memchr::memchr2(b'~', b':', bytes)).is_some() {
            let prefixes = self.prefixes;
            let hits = prefixes.find_overlapping_iter(bytes);
            return hits.fold(false, |_, hit| {
                self.match_prefix(run, hit.pattern().as_usize(), hit.range());
                true
            });
        }
        // Base64 and digests are long. No prefix without a separator may follow a letter, so it is
        // enough to look at the beginning of each word.
        let first = 0..bytes.len().min(MAX_ESCAPE);
        let first = first.filter(|at| starts_word(self.bytes, run.start + at));
        let starts = first.chain(memchr::memchr2_iter(b'+', b'/', bytes).map(|at| at + 1));
        let starts: Vec<_> = starts.filter(|at| may_begin(&bytes[*at..])).collect();
        starts.into_iter().fold(false, |has_prefix, start| {
            let input = Input::new(bytes).span(start..bytes.len()).anchored(Anchored::Yes);
            let mut state = OverlappingState::start();
            let mut has_hit = false;
            while self.prefixes.try_find_overlapping(input.clone(), &mut state).is_ok()
                && let Some(hit) = state.get_match()
            {
                has_hit = true;
                self.match_prefix(run, hit.pattern().as_usize(), hit.range());
            }
            has_prefix || has_hit
        })
    }

    /// Adds a run that follows the word `Basic`, if it is base64 with a colon, and one that follows
    /// `Bearer` in any case.
    fn credentials(&mut self, run: &Range<usize>) {
        let before = self.bytes[..run.start].trim_ascii_end();
        let word = &before[before.len().saturating_sub("bearer".len())..];
        let padding = first(&self.bytes[run.end..], |byte| byte == b'=').min(2);
        let end = run.end + padding;
        let token = &self.bytes[run.clone()];
        let is_bearer =
            word.eq_ignore_ascii_case(b"bearer") && token.iter().any(u8::is_ascii_digit);
        let follows_basic =
            word.len() >= 5 && word[word.len() - 5..].eq_ignore_ascii_case(b"basic");
        if before.len() < run.start && (is_bearer || follows_basic && is_basic(token)) {
            self.found.push(Finding::new(run.start..end));
        }
    }

    /// Adds the token that begins with a prefix, if the rest has its form.
    fn match_prefix(&mut self, run: &Range<usize>, prefix: usize, hit: Range<usize>) {
        let hit = run.start + hit.start..run.start + hit.end;
        if hit.start < self.covered {
            return;
        }
        let range = match FORMS.get(prefix) {
            Some(form) => match_form(self.bytes, form, &hit),
            None => match_literal(self.bytes, &hit, run),
        };
        if let Some(range) = range {
            self.covered = range.end;
            self.found.push(Finding::new(range));
        }
    }
}

/// Returns true if the key of an attribute contains a token. Keys are short and most are known, so
/// only those with a long part that has digits are searched.
pub(super) fn has_token_in_name(key: &str) -> bool {
    let is_long = |part: &str| part.len() >= MIN_RUN && part.bytes().any(|it| it.is_ascii_digit());
    let mut found = Vec::new();
    if key.split('.').any(is_long) {
        search(key, 0, &mut found);
    }
    !found.is_empty()
}

fn match_form(bytes: &[u8], form: &Form, prefix: &Range<usize>) -> Option<Range<usize>> {
    if form.proof != Proof::Prefix && !starts_word(bytes, prefix.start) {
        return None;
    }
    let rest = &bytes[prefix.end..];
    let decisive = &rest[..rest.len().min(MAX_DECISIVE)];
    let len = first(decisive, |byte| form.alphabet.contains(byte));
    if len < form.min || len > form.max {
        return None;
    }
    // An exact length ends the word: a longer word is something else.
    let continues = rest.get(len).is_some_and(u8::is_ascii_alphanumeric);
    if form.max != usize::MAX && continues {
        return None;
    }
    let body = &rest[..len];
    if form.proof == Proof::Random && !is_random(body) {
        return None;
    }
    let whole = first(rest, |byte| form.alphabet.contains(byte));
    Some(prefix.start..prefix.end + trimmed_len(&rest[..whole]))
}

/// Returns the length without a full stop that ends the sentence.
fn trimmed_len(body: &[u8]) -> usize {
    body.len() - body.iter().rev().take_while(|byte| **byte == b'.').count()
}

//! Redacts secrets in text: keys of a known form, and values that have the name of a secret.
//!
//! Two searches read the text. [`tokens`] examines long runs of token characters for the forms in
//! [`forms`]. [`assignments`] examines the names before separators such as `:` and `=`, and the
//! value after each.
//!
//! A secret may be inside JSON, inside JSON inside JSON, in `Debug` text or in a URL, where escapes
//! precede, follow or interrupt it. Both searches therefore know nothing about escapes: if a text
//! has something to examine, its escapes are decoded one layer at a time ([`Layer`]), each layer is
//! searched, and what is found is redacted in the original.
//!
//! Neither search reads the words with which a text begins ([`plain`]).
//!
//! Every search is linear in the length of the text: it never reads a byte again that a value
//! before it has covered, and everything it reads to decide about a value has a fixed bound.

mod alphabet;
mod assignments;
mod blocks;
mod boundary;
mod form;
mod forms;
mod known;
mod layer;
mod names;
mod plain;
mod tokens;
mod urls;
mod values;

#[cfg(test)]
mod tests;

use super::REDACTED;
use layer::Layer;
use std::ops::Range;
use tokens::MIN_RUN;

/// Length of the shortest text that can contain a secret: `pwd=abc`. Shorter ones are not searched.
const MIN_LEN: usize = 7;

/// The number of layers of escapes that are decoded: JSON inside JSON inside JSON, and `Debug` text
/// or a URL around it.
const MAX_LAYERS: usize = 5;

/// A secret in a text.
#[derive(Clone, Debug, PartialEq)]
struct Finding {
    range: Range<usize>,
    /// The quote to put around the replacement. A number becomes a text, so that JSON stays valid:
    /// `{"password":1234567}` becomes `{"password":"__REDACTED__"}`.
    quote: Option<Range<usize>>,
}

impl Finding {
    fn new(range: Range<usize>) -> Self {
        Finding { range, quote: None }
    }
}

/// Redacts the secrets in `text`. Returns `None` if there are none, so that the caller keeps the
/// original without a copy.
pub(super) fn redact(text: &str) -> Option<String> {
    if text.len() < MIN_LEN {
        return None;
    }
    let mut redacted = None;
    let find_out = || {
        redacted = redact_unknown(text);
        redacted.is_none()
    };
    if known::ask(text, |place| &mut place.is_clean, find_out) {
        return None;
    }
    redacted.or_else(|| redact_unknown(text))
}

/// What the name of an attribute, a field or an argument tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct KeyAnswers {
    /// The name states that its value is a secret: `api_key`, `db.password`, `githubToken`,
    /// `http.request.header.authorization`.
    pub(super) names_secret: bool,
    /// The name itself contains a token.
    pub(super) has_token: bool,
}

/// Answers both questions about a name with one look-up.
pub(super) fn about_key(name: &str) -> KeyAnswers {
    let find_out = || KeyAnswers {
        names_secret: names::is_secret_name(name),
        // No form is shorter, and most names are.
        has_token: name.len() >= MIN_RUN && tokens::has_token_in_name(name),
    };
    known::ask(name, |place| &mut place.key, find_out)
}

/// Returns true if a name states that its value is a secret.
pub(super) fn is_secret_name(name: &str) -> bool {
    about_key(name).names_secret
}

/// Redacts the secrets in a text, whether it is known or not.
fn redact_unknown(text: &str) -> Option<String> {
    let mut found = Vec::new();
    let mut is_suspect = search(text, &mut found);
    let mut layers: Vec<Layer> = Vec::new();
    // Most texts mention no secret, and are not decoded.
    while is_suspect && layers.len() < MAX_LAYERS {
        let outer = layers.last().map_or(text, |layer| layer.text());
        let Some(layer) = Layer::decode(outer) else { break };
        let mut inner = Vec::new();
        is_suspect = search(layer.text(), &mut inner);
        layers.push(layer);
        found.extend(inner.into_iter().map(|finding| {
            layers.iter().rev().fold(finding, |finding, layer| layer.in_outer(&finding))
        }));
    }
    if found.is_empty() { None } else { replace(text, found) }
}

/// Searches one layer. Returns true if the text has anything that a further layer may show to be a
/// secret.
fn search(text: &str, found: &mut Vec<Finding>) -> bool {
    let first_mark = plain::beginning(text.as_bytes());
    first_mark < text.len() && search_from(text, first_mark, found)
}

/// Searches a text that has only words before `from`.
fn search_from(text: &str, from: usize, found: &mut Vec<Finding>) -> bool {
    let has_token = tokens::search(text, from, found);
    let has_name = assignments::search(text, from, found);
    has_token || has_name
}

/// Replaces the findings. Those that overlap or touch become one.
fn replace(text: &str, mut found: Vec<Finding>) -> Option<String> {
    found.sort_by_key(|finding| finding.range.start);
    let mut merged: Vec<Finding> = Vec::with_capacity(found.len());
    for finding in found {
        match merged.last_mut() {
            Some(last) if finding.range.start <= last.range.end => {
                last.range.end = last.range.end.max(finding.range.end);
                last.quote = last.quote.take().or(finding.quote);
            }
            _ => merged.push(finding),
        }
    }
    let mut redacted = String::new();
    let mut from = 0;
    for Finding { range, quote } in merged {
        // A range that does not lie between characters would be an error of this module.
        let (Some(kept), Some(secret)) = (text.get(from..range.start), text.get(range.clone()))
        else {
            return Some(REDACTED.to_owned());
        };
        if secret.contains(REDACTED) {
            continue;
        }
        let quote = quote.and_then(|quote| text.get(quote)).unwrap_or("");
        redacted.extend([kept, quote, REDACTED, quote]);
        from = range.end;
    }
    if from == 0 {
        return None;
    }
    redacted.push_str(text.get(from..).unwrap_or_default());
    Some(redacted)
}

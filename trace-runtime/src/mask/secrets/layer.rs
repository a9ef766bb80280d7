//! One layer of escapes of a text, decoded.

use super::Finding;
use std::ops::Range;

/// A text without its outermost layer of escapes, and the place of each part in the outer text.
///
/// Decodes the escapes of JSON, Rust and shells (`\n`, `\"`, `\u0027`, `\u{1b}`, `\x1b`), those of
/// URLs (`%3D`) and the quotes of XML (`&quot;`). The colours of terminals become a space.
pub(super) struct Layer {
    text: String,
    /// The places where the distance between the two texts changes: the position here and the
    /// position in the outer text, in ascending order.
    places: Vec<(usize, usize)>,
}

impl Layer {
    /// Decodes the escapes of `outer`. Returns `None` if there are none.
    pub(super) fn decode(outer: &str) -> Option<Layer> {
        let mut text = String::new();
        let mut places = vec![(0, 0)];
        let (mut kept, mut at) = (0, 0);
        while let Some(start) = next_escape(outer, at) {
            let Some((character, len)) = decode_escape(outer.as_bytes(), start) else {
                at = start + 1;
                continue;
            };
            text.push_str(outer.get(kept..start)?);
            places.push((text.len(), start));
            at = start + len;
            kept = at;
            text.push(character);
            places.push((text.len(), at));
        }
        if kept == 0 {
            return None;
        }
        text.push_str(outer.get(kept..)?);
        Some(Layer { text, places })
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Returns the finding at its place in the outer text.
    pub(super) fn in_outer(&self, finding: &Finding) -> Finding {
        let outer = |range: &Range<usize>| self.outer(range.start)..self.outer(range.end);
        Finding { range: outer(&finding.range), quote: finding.quote.as_ref().map(outer) }
    }

    fn outer(&self, at: usize) -> usize {
        let after = self.places.partition_point(|&(here, _)| here <= at);
        let (here, outer) = self.places.get(after.saturating_sub(1)).copied().unwrap_or_default();
        outer + (at - here)
    }
}

/// Returns the position of the next byte that can begin an escape.
fn next_escape(text: &str, from: usize) -> Option<usize> {
    let rest = text.as_bytes().get(from..)?;
    let found = memchr::memchr3(b'\\', b'%', b'&', rest);
    // Colours in raw text begin with the character ESC. It is rare, and precedes what it colours.
    let colour = memchr::memchr(0x1b, found.map_or(rest, |found| &rest[..found]));
    colour.or(found).map(|found| from + found)
}

/// Decodes the escape at `start`: the character, and the length of the escape.
fn decode_escape(bytes: &[u8], start: usize) -> Option<(char, usize)> {
    let rest = bytes.get(start..)?;
    let (character, len) = match rest.first()? {
        b'\\' => decode_backslash(rest)?,
        b'%' => (ascii(hex(rest.get(1..3)?)?)?, 3),
        b'&' => decode_entity(rest)?,
        0x1b => ('\x1b', 1),
        _ => return None,
    };
    if character != '\x1b' {
        return Some((character, len));
    }
    // `ESC [ 3 2 m`, the parameters of a colour and its final letter.
    let parameters = rest.get(len..)?.strip_prefix(b"[")?.iter();
    let parameters = parameters.take(16).take_while(|byte| matches!(byte, b'0'..=b'9' | b';'));
    let end = len + 1 + parameters.count();
    rest.get(end)?.is_ascii_alphabetic().then_some((' ', end + 1))
}

fn decode_backslash(rest: &[u8]) -> Option<(char, usize)> {
    let escape = |character| Some((character, 2));
    match rest.get(1)? {
        b'n' => escape('\n'),
        b'r' => escape('\r'),
        b't' => escape('\t'),
        b'b' | b'f' | b'v' => escape(' '),
        quoted @ (b'"' | b'\'' | b'`' | b'/' | b'\\') => escape(char::from(*quoted)),
        b'e' => escape('\x1b'),
        b'x' => Some((ascii(hex(rest.get(2..4)?)?)?, 4)),
        b'0' if rest.get(2..4) == Some(b"33") => Some(('\x1b', 4)),
        b'u' if rest.get(2) == Some(&b'{') => {
            let digits = rest.get(3..)?.iter().take(6).take_while(|byte| **byte != b'}').count();
            (rest.get(3 + digits) == Some(&b'}')).then_some(())?;
            Some((ascii(hex(rest.get(3..3 + digits)?)?)?, digits + 4))
        }
        b'u' => Some((ascii(hex(rest.get(2..6)?)?)?, 6)),
        _ => None,
    }
}

fn decode_entity(rest: &[u8]) -> Option<(char, usize)> {
    const ENTITIES: [(&[u8], char); 6] = [
        (b"&quot;", '"'),
        (b"&#34;", '"'),
        (b"&#39;", '\''),
        (b"&#x27;", '\''),
        (b"&apos;", '\''),
        (b"&amp;", '&'),
    ];
    let found = ENTITIES.iter().find(|(entity, _)| rest.starts_with(entity));
    found.map(|(entity, character)| (*character, entity.len()))
}

fn hex(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// Other characters stay escaped: no name and no form of a secret contains them.
fn ascii(code: u32) -> Option<char> {
    char::from_u32(code).filter(char::is_ascii)
}

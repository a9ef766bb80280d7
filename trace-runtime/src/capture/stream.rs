//! The chunks of a stream as one value.

use super::bounded::Bounded;
use super::captured::CapturedValue;
use super::limit::bounded;
use std::fmt::Write as _;
use std::io::Write as _;

/// Text chunks are joined; as soon as one is something else, all become a JSON list. What is
/// beyond the limit is counted, not kept.
#[derive(Debug, Default)]
pub(crate) enum Joined {
    #[default]
    Empty,
    Text(Bounded),
    List(Bounded),
}

impl Joined {
    pub(crate) fn add(&mut self, chunk: &CapturedValue) {
        *self = match std::mem::take(self) {
            Joined::Empty if chunk.is_text() => Joined::Text(text(bounded(), chunk)),
            Joined::Text(joined) if chunk.is_text() => Joined::Text(text(joined, chunk)),
            Joined::Empty => Joined::List(item(bounded(), "[", chunk)),
            Joined::List(list) => Joined::List(item(list, ",", chunk)),
            Joined::Text(joined) => {
                let first = CapturedValue::text(&joined.finish().0);
                let list = item(bounded(), "[", &first);
                Joined::List(item(list, ",", chunk))
            }
        };
    }

    pub(crate) fn finish(self) -> Option<CapturedValue> {
        match self {
            Joined::Empty => None,
            Joined::Text(joined) => Some(CapturedValue::text(&joined.finish().0)),
            Joined::List(mut list) => {
                let _ = list.write_all(b"]");
                Some(CapturedValue::finished(list))
            }
        }
    }
}

// Beyond its bounds the text stops by itself, and says how much is missing.

fn text(mut joined: Bounded, chunk: &CapturedValue) -> Bounded {
    let _ = joined.write_str(chunk.as_text());
    joined
}

fn item(mut list: Bounded, separator: &str, chunk: &CapturedValue) -> Bounded {
    let _ = list.write_all(separator.as_bytes());
    let _ = chunk.write_json(&mut list);
    list
}

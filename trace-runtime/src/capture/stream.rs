//! Joins the chunks of a stream into one value.

use super::bounded::BoundedText;
use super::captured::CapturedValue;
use super::limit::bounded_text;
use std::fmt::Write as _;
use std::io::Write as _;

/// The chunks of a stream so far.
///
/// Text chunks are concatenated: they are the tokens of an answer. The first chunk of another type
/// turns all of them into a JSON list. Bytes beyond the limit are counted, not kept.
#[derive(Debug, Default)]
pub(crate) enum JoinedChunks {
    #[default]
    Empty,
    Text(BoundedText),
    List(BoundedText),
}

impl JoinedChunks {
    pub(crate) fn add(&mut self, chunk: &CapturedValue) {
        use JoinedChunks::{Empty, List, Text};
        *self = match std::mem::take(self) {
            Empty if chunk.is_text() => Text(append_text(bounded_text(), chunk)),
            Text(joined) if chunk.is_text() => Text(append_text(joined, chunk)),
            Empty => List(append_item(bounded_text(), "[", chunk)),
            List(list) => List(append_item(list, ",", chunk)),
            Text(joined) => {
                let first = CapturedValue::text(&joined.finish().0);
                let list = append_item(bounded_text(), "[", &first);
                List(append_item(list, ",", chunk))
            }
        };
    }

    pub(crate) fn finish(self) -> Option<CapturedValue> {
        match self {
            JoinedChunks::Empty => None,
            JoinedChunks::Text(joined) => Some(CapturedValue::text(&joined.finish().0)),
            JoinedChunks::List(mut list) => {
                let _ = list.write_all(b"]");
                Some(CapturedValue::finished(list))
            }
        }
    }
}

// Write errors mean that the text is over its limit. It then counts the missing bytes by itself.

fn append_text(mut joined: BoundedText, chunk: &CapturedValue) -> BoundedText {
    let _ = joined.write_str(chunk.as_text());
    joined
}

fn append_item(mut list: BoundedText, separator: &str, chunk: &CapturedValue) -> BoundedText {
    let _ = list.write_all(separator.as_bytes());
    let _ = chunk.write_json(&mut list);
    list
}

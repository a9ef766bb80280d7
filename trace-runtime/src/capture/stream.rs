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
    /// Adds a chunk. Most streams are of text, whose chunks only extend the text so far.
    #[inline]
    pub(crate) fn add(&mut self, chunk: &CapturedValue<'_>) {
        match self {
            JoinedChunks::Text(joined) if chunk.is_text() => {
                let _ = joined.write_str(chunk.as_text());
            }
            _ => self.add_other(chunk),
        }
    }

    #[inline(never)]
    fn add_other(&mut self, chunk: &CapturedValue<'_>) {
        use JoinedChunks::{Empty, List, Text};
        *self = match std::mem::take(self) {
            Empty if chunk.is_text() => Text(append_text(bounded_text(), chunk)),
            Empty => List(append_item(bounded_text(), "[", chunk)),
            List(list) => List(append_item(list, ",", chunk)),
            Text(joined) => {
                let text = joined.finish().0;
                let first = CapturedValue::text(&text);
                let list = append_item(bounded_text(), "[", &first);
                List(append_item(list, ",", chunk))
            }
        };
    }

    pub(crate) fn finish(self) -> Option<CapturedValue<'static>> {
        match self {
            JoinedChunks::Empty => None,
            JoinedChunks::Text(joined) => {
                Some(CapturedValue::text(&joined.finish().0).into_owned())
            }
            JoinedChunks::List(mut list) => {
                let _ = list.write_all(b"]");
                Some(CapturedValue::finished(list))
            }
        }
    }
}

// Write errors mean that the text is over its limit. It then counts the missing bytes by itself.

fn append_text(mut joined: BoundedText, chunk: &CapturedValue<'_>) -> BoundedText {
    let _ = joined.write_str(chunk.as_text());
    joined
}

fn append_item(mut list: BoundedText, separator: &str, chunk: &CapturedValue<'_>) -> BoundedText {
    let _ = list.write_all(separator.as_bytes());
    let _ = chunk.write_json(&mut list);
    list
}

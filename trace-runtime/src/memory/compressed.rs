//! The texts of a span that waits, compressed. Where many spans wait it is texts that fill the
//! memory, and those of LLM applications shrink to half and less.

use super::estimate::{ALLOCATION, length_bytes};
use flate2::{read::DeflateDecoder, write::DeflateEncoder};
use opentelemetry::{KeyValue, StringValue, Value};
use std::io::{Read, Write};

/// Shorter texts stay as they are.
const LONG: usize = 256;
/// More would hold up the thread that ends the span for more than some milliseconds.
const THOROUGH_UP_TO: usize = 256 << 10;

/// A text, wherever a span keeps it.
#[derive(Debug)]
pub(crate) enum Text<'a> {
    Owned(&'a mut String),
    Value(&'a mut StringValue),
}

/// How texts are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Compression {
    /// In little time: what models read and write takes half of the memory or less.
    Fast,
    /// In several times as much, to a third or less; base64, to which the other does nothing, shrinks
    /// by a quarter.
    Thorough,
}

/// The long texts that were taken out of a span, in the order in which it gives them.
#[derive(Clone, Debug)]
pub(crate) struct CompressedTexts {
    bytes: Compressed,
    /// Of each text up to the last that was taken; zero for those that stayed.
    lengths: Box<[usize]>,
}

#[derive(Clone, Debug)]
enum Compressed {
    Lz4(Box<[u8]>),
    Deflate(Box<[u8]>),
}

impl Compressed {
    /// `None` if that gains less than an eighth.
    fn of(bytes: &[u8], compression: Compression) -> Option<Self> {
        let compressed = if compression == Compression::Thorough && bytes.len() <= THOROUGH_UP_TO {
            let mut encoder = DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
            let deflate = encoder.write_all(bytes).and_then(|()| encoder.finish());
            Compressed::Deflate(deflate.ok()?.into())
        } else {
            Compressed::Lz4(lz4_flex::block::compress(bytes).into())
        };
        (compressed.len() < bytes.len() / 8 * 7).then_some(compressed)
    }

    /// The bytes that it was made of, so many. What was compressed in this memory can be read.
    fn read(&self, length: usize) -> Vec<u8> {
        match self {
            Compressed::Lz4(bytes) => {
                lz4_flex::block::decompress(bytes, length).unwrap_or_default()
            }
            Compressed::Deflate(bytes) => {
                let mut all = Vec::with_capacity(length);
                let _ = DeflateDecoder::new(&**bytes).read_to_end(&mut all);
                all
            }
        }
    }

    fn len(&self) -> usize {
        let (Compressed::Lz4(bytes) | Compressed::Deflate(bytes)) = self;
        bytes.len()
    }
}

impl Text<'_> {
    fn as_str(&self) -> &str {
        match self {
            Text::Owned(text) => text,
            Text::Value(text) => text.as_str(),
        }
    }

    fn set(self, text: String) {
        match self {
            Text::Owned(place) => *place = text,
            Text::Value(place) => *place = text.into(),
        }
    }
}

/// The texts among the values of attributes.
pub(crate) fn texts(attributes: &mut [KeyValue]) -> impl Iterator<Item = Text<'_>> {
    attributes.iter_mut().filter_map(|attribute| match &mut attribute.value {
        Value::String(text) => Some(Text::Value(text)),
        _ => None,
    })
}

impl CompressedTexts {
    /// Of texts in a fixed order. `None`, and nothing to be taken out, if that gains little.
    pub(crate) fn of<'a>(
        texts: impl Iterator<Item = Text<'a>>,
        compression: Compression,
    ) -> Option<Self> {
        let mut all = Vec::new();
        let mut lengths = Vec::new();
        for (place, text) in texts.enumerate() {
            let text = text.as_str();
            if text.len() >= LONG {
                lengths.resize(place, 0);
                lengths.push(text.len());
                all.extend_from_slice(text.as_bytes());
            }
        }
        if all.is_empty() {
            return None;
        }
        let bytes = Compressed::of(&all, compression)?;
        Some(CompressedTexts { bytes, lengths: lengths.into() })
    }

    /// Takes the texts out, which are those that it was made of.
    pub(crate) fn take_out<'a>(&self, texts: impl Iterator<Item = Text<'a>>) {
        for (text, length) in texts.zip(&self.lengths) {
            if *length > 0 {
                text.set(String::new());
            }
        }
    }

    /// Puts the texts back into their places.
    pub(crate) fn put_back<'a>(&self, texts: impl Iterator<Item = Text<'a>>) {
        let all = self.bytes.read(self.length());
        let mut rest = &*all;
        for (text, length) in texts.zip(&self.lengths) {
            if *length > 0
                && let Some((bytes, others)) = rest.split_at_checked(*length)
            {
                text.set(String::from_utf8_lossy(bytes).into_owned());
                rest = others;
            }
        }
    }

    /// The memory that the texts take when they are back.
    pub(crate) fn whole(&self) -> usize {
        length_bytes(self.length())
    }

    fn length(&self) -> usize {
        self.lengths.iter().sum()
    }

    /// The memory that it takes.
    pub(crate) fn bytes(&self) -> usize {
        length_bytes(self.bytes.len()) + size_of_val(&*self.lengths) + 2 * ALLOCATION
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;

    fn base64(length: usize) -> String {
        let mut state = 88_172_645_463_325_252_u64;
        let noise = std::iter::repeat_with(|| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[3]
        });
        let noise: Vec<u8> = noise.take(length).collect();
        base64::engine::general_purpose::STANDARD.encode(noise)
    }

    fn attributes(long: &str) -> Vec<KeyValue> {
        vec![
            KeyValue::new("number", 7),
            KeyValue::new("empty", ""),
            KeyValue::new("long", long.to_owned()),
            KeyValue::new("short", "text/plain"),
            KeyValue::new("long too", format!("{long} ü € 🦀")),
        ]
    }

    #[test]
    fn every_text_comes_back_to_its_place() {
        let mut taken = attributes(&"the answer to the question ".repeat(100));
        let compressed = CompressedTexts::of(texts(&mut taken), Compression::Fast).unwrap();
        compressed.take_out(texts(&mut taken));
        let left: Vec<_> = taken.iter().map(|attribute| attribute.value.to_string()).collect();
        assert_eq!(left, ["7", "", "", "text/plain", ""]);
        assert!(compressed.whole() > 5_000 && compressed.bytes() < 500, "{compressed:?}");
        compressed.put_back(texts(&mut taken));
        assert_eq!(taken, attributes(&"the answer to the question ".repeat(100)));
    }

    #[test]
    fn an_image_gets_more_time() {
        let mut taken = attributes(&base64(6_000));
        assert!(CompressedTexts::of(texts(&mut taken[..4]), Compression::Fast).is_none());
        let compressed =
            CompressedTexts::of(texts(&mut taken[..4]), Compression::Thorough).unwrap();
        assert!(compressed.bytes() < 8_000, "{}", compressed.bytes());
        compressed.take_out(texts(&mut taken));
        compressed.put_back(texts(&mut taken));
        assert_eq!(taken, attributes(&base64(6_000)));
    }

    #[test]
    fn short_texts_stay() {
        let mut short = vec![KeyValue::new("short", "x".repeat(LONG - 1))];
        assert!(CompressedTexts::of(texts(&mut short), Compression::Thorough).is_none());
    }
}

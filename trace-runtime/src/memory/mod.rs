//! How much memory spans take, and their texts in compressed form.

mod compressed;
mod estimate;

pub(crate) use compressed::{CompressedTexts, Compression, Text, texts};
pub(crate) use estimate::{Size, attribute_bytes, estimate, more_bytes, text_bytes};

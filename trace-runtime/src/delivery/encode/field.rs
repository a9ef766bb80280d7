//! Writes the fields of protobuf messages. A `Vec` grows, so nothing here can fail.

/// The wire types of fields, which follow the field number in a tag.
pub(super) const VARINT: u8 = 0;
pub(super) const FIXED_64: u8 = 1;
pub(super) const LENGTH_DELIMITED: u8 = 2;
pub(super) const FIXED_32: u8 = 5;

/// Returns the tag of a field with a number below 16.
pub(super) const fn tag(number: u8, wire_type: u8) -> u8 {
    number << 3 | wire_type
}

/// Writes a number in groups of seven bits.
#[inline]
pub(super) fn put_varint(into: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        #[expect(clippy::cast_possible_truncation, reason = "the lowest seven bits")]
        into.push(value as u8 | 0x80);
        value >>= 7;
    }
    #[expect(clippy::cast_possible_truncation, reason = "below 128")]
    into.push(value as u8);
}

/// Returns the number of bytes that [`put_varint`] writes.
pub(super) fn varint_len(value: usize) -> usize {
    let bits = usize::BITS - (value | 1).leading_zeros();
    bits.div_ceil(7) as usize
}

/// Writes the tag and the length of a field.
#[inline]
pub(super) fn put_header(into: &mut Vec<u8>, tag: u8, length: usize) {
    into.push(tag);
    put_varint(into, length as u64);
}

/// Writes a field of bytes or text.
#[inline]
pub(super) fn put_bytes(into: &mut Vec<u8>, tag: u8, value: &[u8]) {
    put_header(into, tag, value.len());
    into.extend_from_slice(value);
}

/// Writes a number, unless it is 0, which protobuf leaves out.
pub(super) fn put_number(into: &mut Vec<u8>, tag: u8, value: u64) {
    if value != 0 {
        into.push(tag);
        put_varint(into, value);
    }
}

/// Writes a number of eight bytes, unless it is 0.
pub(super) fn put_fixed_64(into: &mut Vec<u8>, tag: u8, value: u64) {
    if value != 0 {
        into.push(tag);
        into.extend_from_slice(&value.to_le_bytes());
    }
}

/// Returns the length of a field with its header, for a value of `length` bytes.
pub(super) fn field_len(length: usize) -> usize {
    1 + varint_len(length) + length
}

/// Writes a message whose length is not known before.
///
/// Space is left for a header with the expected length. If that of the real one has another number
/// of bytes, the message is moved.
pub(super) fn put_message(
    into: &mut Vec<u8>,
    tag: u8,
    expected: usize,
    write: impl FnOnce(&mut Vec<u8>),
) {
    const ZEROS: [u8; 10] = [0; 10];
    let width = varint_len(expected);
    into.push(tag);
    into.extend_from_slice(&ZEROS[..width]);
    let begin = into.len();
    write(into);
    let mut length = into.len() - begin;
    let header = begin - width..begin;
    if varint_len(length) == width {
        for (index, byte) in into[header].iter_mut().enumerate() {
            let continues = if index + 1 < width { 0x80 } else { 0 };
            let [lowest, ..] = length.to_le_bytes();
            *byte = lowest & 0x7F | continues;
            length >>= 7;
        }
    } else {
        let mut encoded = Vec::with_capacity(ZEROS.len());
        put_varint(&mut encoded, length as u64);
        into.splice(header, encoded);
    }
}

#[cfg(test)]
mod tests {
    use super::{field_len, put_message, put_varint, varint_len};
    use prost::encoding::encode_varint;

    #[test]
    fn varints_equal_those_of_the_library_at_every_length() {
        for value in (0..63).flat_map(|bits| [(1_u64 << bits) - 1, 1 << bits]) {
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            put_varint(&mut ours, value);
            encode_varint(value, &mut theirs);
            assert_eq!(ours, theirs);
            assert_eq!(varint_len(usize::try_from(value).unwrap()), ours.len());
        }
    }

    #[test]
    fn messages_of_every_length_have_their_length_in_front() {
        for length in [0, 1, 127, 128, 16_383, 16_384, 3_000_000] {
            let mut bytes = vec![7];
            let mut right = vec![7, 0x12];
            encode_varint(length as u64, &mut right);
            right.resize(1 + field_len(length), 1);
            for expected in [0, 1_000, 100_000, length] {
                bytes.truncate(1);
                put_message(&mut bytes, 0x12, expected, |into| into.resize(into.len() + length, 1));
                assert!(bytes == right, "{length}, {expected} expected");
            }
        }
    }
}

//! Counts the spans of an encoded request without decoding them. Decoding takes a hundred times the
//! bytes of a request of empty spans, and adopting a segment needs the number alone.

/// The field of the resource spans in a request.
const RESOURCE_SPANS: u64 = 1;
/// The field of the scope spans in resource spans.
const SCOPE_SPANS: u64 = 2;
/// The field of the spans in scope spans.
const SPANS: u64 = 2;

/// Returns the number of spans, or `None` if the bytes are not a request.
pub(super) fn count_spans(request: &[u8]) -> Option<u64> {
    count(request, &[RESOURCE_SPANS, SCOPE_SPANS, SPANS])
}

/// Counts the messages that a path of fields leads to. The depth is that of the path.
fn count(mut message: &[u8], path: &[u64]) -> Option<u64> {
    let Some((field, path)) = path.split_first() else { return Some(1) };
    let mut all = 0;
    while !message.is_empty() {
        let tag = varint(&mut message)?;
        match tag & 7 {
            0 => drop(varint(&mut message)?),
            1 => message = message.get(8..)?,
            2 => {
                let length = usize::try_from(varint(&mut message)?).ok()?;
                let (value, rest) = message.split_at_checked(length)?;
                message = rest;
                if tag >> 3 == *field {
                    all += count(value, path)?;
                }
            }
            5 => message = message.get(4..)?,
            _ => return None,
        }
    }
    Some(all)
}

/// Takes a number off the front.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
    use opentelemetry_proto::tonic::resource::v1::Resource;
    use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
    use proptest::collection::vec;
    use proptest::prelude::*;
    use prost::Message;

    fn request(scopes: &[Vec<usize>]) -> Vec<u8> {
        let span = Span { name: "a span".to_owned(), flags: 257, ..Span::default() };
        let scope = |spans: &usize| ScopeSpans {
            spans: vec![span.clone(); *spans],
            schema_url: "a schema".to_owned(),
            ..ScopeSpans::default()
        };
        let resource = |scopes: &Vec<usize>| ResourceSpans {
            resource: Some(Resource { dropped_attributes_count: 300, ..Resource::default() }),
            scope_spans: scopes.iter().map(scope).collect(),
            ..ResourceSpans::default()
        };
        ExportTraceServiceRequest { resource_spans: scopes.iter().map(resource).collect() }
            .encode_to_vec()
    }

    proptest! {
        #[test]
        fn count_equals_the_number_of_encoded_spans(scopes in vec(vec(0..5_usize, 0..4), 0..4)) {
            let spans: usize = scopes.iter().flatten().sum();
            prop_assert_eq!(count_spans(&request(&scopes)), Some(spans as u64));
        }

        #[test]
        fn arbitrary_bytes_are_counted_without_a_panic(bytes in vec(any::<u8>(), 0..200)) {
            let _ = count_spans(&bytes);
        }
    }
}

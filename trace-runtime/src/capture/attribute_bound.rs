//! Bounds the attributes that are set explicitly.
//!
//! The last stage truncates every attribute, but it runs after the queue, and a value longer than
//! the queue would cost the whole span. So values far above the limit are truncated where they are
//! recorded. Others stay whole: enrichment reads messages from JSON that is longer than the limit.

use super::bounded::BoundedText;
use super::limit::{model_call_limit, value_limit};
use opentelemetry::{Array, KeyValue, StringValue, Value};
use std::fmt::Write;

/// Returns a copy of the text, truncated to the limit of values if it is far longer.
pub(crate) fn bounded_copy(text: &str) -> String {
    if text.len() <= model_call_limit() {
        return text.to_owned();
    }
    let mut bounded = BoundedText::whole_up_to(model_call_limit(), value_limit());
    let _ = bounded.write_str(text);
    bounded.finish().0
}

/// Truncates the values of attributes that are far longer than the limit.
pub(crate) fn bound_attributes(attributes: &mut [KeyValue]) {
    for attribute in attributes {
        bound_value(&mut attribute.value);
    }
}

/// Truncates a value that is far longer than the limit: a text, or a list, whose items beyond the
/// limit are replaced by a note.
pub(crate) fn bound_value(value: &mut Value) {
    let limit = model_call_limit();
    let numbers = match value {
        Value::String(text) if text.as_str().len() > limit => {
            *value = Value::String(bounded_copy(text.as_str()).into());
            return;
        }
        Value::Array(Array::String(texts)) => return bound_texts(texts, limit),
        Value::Array(Array::Bool(values)) => size_of_val(&values[..]),
        Value::Array(Array::I64(values)) => size_of_val(&values[..]),
        Value::Array(Array::F64(values)) => size_of_val(&values[..]),
        _ => return,
    };
    // The items of a list have one type, so a list of numbers has no room for a note.
    if numbers > limit {
        *value = Value::from(format!("… [{numbers} bytes of a list missing]"));
    }
}

/// Keeps the first texts of a list, up to the limit in total, and a note of how many are missing.
fn bound_texts(texts: &mut Vec<StringValue>, limit: usize) {
    let mut bytes = 0_usize;
    let fits = texts.iter().take_while(|text| {
        bytes = bytes.saturating_add(text.as_str().len() + size_of::<StringValue>());
        bytes <= limit
    });
    let kept = fits.count();
    let missing = texts.len() - kept;
    if missing > 0 {
        texts.truncate(kept);
        texts.push(format!("… [{missing} items missing]").into());
        texts.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: usize = 16 << 20;

    fn bounded(value: impl Into<Value>) -> Value {
        let mut value = value.into();
        bound_value(&mut value);
        value
    }

    #[test]
    fn value_within_sixteen_limits_is_unchanged() {
        let text = "x".repeat(LIMIT);
        assert_eq!(bounded(text.clone()), Value::from(text));
        let list = Value::Array(Array::I64(vec![1, 2]));
        assert_eq!(bounded(list.clone()), list);
    }

    #[test]
    fn far_longer_text_is_truncated_to_the_limit() {
        let text = bounded("x".repeat(LIMIT + 1)).as_str().into_owned();
        assert!(text.len() <= 1 << 20 && text.ends_with(" bytes missing]"), "{}", text.len());
    }

    #[test]
    fn far_longer_list_ends_with_a_note() {
        let texts: Vec<StringValue> = vec!["x".repeat(9 << 20).into(); 3];
        let Value::Array(Array::String(kept)) = bounded(Value::Array(Array::String(texts))) else {
            panic!()
        };
        assert_eq!((kept.len(), kept[1].as_str()), (2, "… [2 items missing]"));
        let numbers = bounded(Value::Array(Array::F64(vec![0.5; LIMIT / 8 + 1])));
        assert_eq!(numbers, Value::from("… [16777224 bytes of a list missing]"));
    }
}

//! Turns the values of OTLP into those of the SDK, which has no maps, bytes or mixed lists. Only
//! other programs write those, into files that are replayed; they become JSON text.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use opentelemetry::{Array, KeyValue, StringValue, Value};
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue as Pair};

/// Converts a list of attributes.
pub(super) fn attributes(pairs: Vec<Pair>) -> Vec<KeyValue> {
    pairs.into_iter().map(|pair| KeyValue::new(pair.key, value(pair.value))).collect()
}

fn value(value: Option<AnyValue>) -> Value {
    match value.and_then(|value| value.value) {
        Some(Any::StringValue(text)) => Value::from(text),
        Some(Any::BoolValue(flag)) => Value::Bool(flag),
        Some(Any::IntValue(number)) => Value::I64(number),
        Some(Any::DoubleValue(number)) => Value::F64(number),
        Some(Any::ArrayValue(list)) => array(list.values),
        Some(other) => Value::from(json(Some(AnyValue { value: Some(other) })).to_string()),
        None => Value::from(""),
    }
}

/// Converts a list. An empty one has no type; that of texts is as good as another.
fn array(values: Vec<AnyValue>) -> Value {
    let all = || values.iter().map(|value| value.value.as_ref());
    let texts = all().map(|value| match value {
        Some(Any::StringValue(text)) => Some(StringValue::from(text.clone())),
        _ => None,
    });
    if let Some(texts) = texts.collect::<Option<Vec<_>>>() {
        return Value::Array(Array::String(texts));
    }
    let flags = all().map(|value| match value {
        Some(Any::BoolValue(flag)) => Some(*flag),
        _ => None,
    });
    if let Some(flags) = flags.collect::<Option<Vec<_>>>() {
        return Value::Array(Array::Bool(flags));
    }
    let numbers = all().map(|value| match value {
        Some(Any::IntValue(number)) => Some(*number),
        _ => None,
    });
    if let Some(numbers) = numbers.collect::<Option<Vec<_>>>() {
        return Value::Array(Array::I64(numbers));
    }
    let numbers = all().map(|value| match value {
        Some(Any::DoubleValue(number)) => Some(*number),
        _ => None,
    });
    if let Some(numbers) = numbers.collect::<Option<Vec<_>>>() {
        return Value::Array(Array::F64(numbers));
    }
    let list: serde_json::Value = values.into_iter().map(|value| json(Some(value))).collect();
    Value::from(list.to_string())
}

/// Returns a value as JSON. Its depth is that of a message that `prost` has decoded, which is limited.
fn json(value: Option<AnyValue>) -> serde_json::Value {
    match value.and_then(|value| value.value) {
        Some(Any::StringValue(text)) => text.into(),
        Some(Any::BoolValue(flag)) => flag.into(),
        Some(Any::IntValue(number)) => number.into(),
        Some(Any::DoubleValue(number)) => number.into(),
        Some(Any::ArrayValue(list)) => list.values.into_iter().map(|v| json(Some(v))).collect(),
        Some(Any::KvlistValue(map)) => {
            map.values.into_iter().map(|pair| (pair.key, json(pair.value))).collect()
        }
        Some(Any::BytesValue(bytes)) => STANDARD.encode(bytes).into(),
        _ => serde_json::Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry_proto::tonic::common::v1::{ArrayValue, KeyValueList};

    #[test]
    fn values_without_a_type_in_the_sdk_become_json() {
        let any = |value| AnyValue { value: Some(value) };
        let text = || any(Any::StringValue("a".to_owned()));
        let mixed = Any::ArrayValue(ArrayValue { values: vec![text(), any(Any::IntValue(1))] });
        assert_eq!(value(Some(any(mixed))), Value::from(r#"["a",1]"#));
        let pair = Pair { key: "k".to_owned(), value: Some(text()), ..Pair::default() };
        let map = Any::KvlistValue(KeyValueList { values: vec![pair] });
        assert_eq!(value(Some(any(map))), Value::from(r#"{"k":"a"}"#));
        assert_eq!(value(Some(any(Any::BytesValue(vec![1, 2])))), Value::from("\"AQI=\""));
        assert_eq!(value(None), Value::from(""));
    }
}

//! Reads lines that the reader of `opentelemetry-proto` rejects.
//!
//! The Collector omits empty fields, and protobuf's JSON mapping has strings for some doubles:
//!
//! ```json
//! {"key":"scores","value":{"arrayValue":{"values":[{"doubleValue":"NaN"}]}}}
//! {"key":"none","value":{"arrayValue":{}}}
//! ```

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use serde_json::{Map, Value as Json};
use std::hash::{BuildHasher, RandomState};

/// The field of a double in `AnyValue`: `{"doubleValue":0.5}`, or `{"doubleValue":"NaN"}`.
const DOUBLE: &str = "doubleValue";

/// Reads a line after adding missing default fields and replacing doubles that are strings.
///
/// JSON has no NaN and no infinities, so those doubles cannot pass the library's reader as
/// numbers. They pass it as strings with a marker in front, and become doubles again in the
/// result. The marker is random: no string in the line can begin with it by accident or on
/// purpose.
pub(super) fn read_completed(line: &[u8]) -> serde_json::Result<ExportTraceServiceRequest> {
    let marker = format!("{:016x}", RandomState::new().hash_one(0_u8));
    let mut json = serde_json::from_slice(line)?;
    complete(&mut json, &marker);
    let mut request: ExportTraceServiceRequest = serde_json::from_value(json)?;
    for_each_attribute(&mut request, &mut |value| restore_doubles(value, &marker));
    Ok(request)
}

/// Replaces `{"doubleValue":"NaN"}` by `{"stringValue":"<marker>NaN"}` and adds default fields,
/// at every level. Recursion is safe, because `serde_json` accepts at most 128 levels.
fn complete(json: &mut Json, marker: &str) {
    match json {
        Json::Array(items) => items.iter_mut().for_each(|item| complete(item, marker)),
        Json::Object(fields) => match fields.get(DOUBLE) {
            Some(Json::String(text)) if parse_double(text).is_some() => {
                let text = format!("{marker}{text}");
                *fields = Map::from_iter([("stringValue".to_owned(), Json::String(text))]);
            }
            _ => {
                add_defaults(fields);
                fields.values_mut().for_each(|field| complete(field, marker));
            }
        },
        _ => {}
    }
}

/// Adds the fields that the library's reader requires although they have defaults:
/// `{"arrayValue":{}}` becomes `{"arrayValue":{"values":[]}}`.
fn add_defaults(fields: &mut Map<String, Json>) {
    let list = || Json::Array(Vec::new());
    let text = || Json::String(String::new());
    for kind in ["arrayValue", "kvlistValue"] {
        if let Some(Json::Object(value)) = fields.get_mut(kind) {
            value.entry("values").or_insert_with(list);
        }
    }
    // An object with the field `value` is an attribute, whose key may be empty.
    if fields.contains_key("value") {
        fields.entry("key").or_insert_with(text);
    }
    let entities = fields.get_mut("entityRefs").and_then(Json::as_array_mut);
    for entity in entities.into_iter().flatten().filter_map(Json::as_object_mut) {
        for name in ["schemaUrl", "type"] {
            entity.entry(name).or_insert_with(text);
        }
        for name in ["idKeys", "descriptionKeys"] {
            entity.entry(name).or_insert_with(list);
        }
    }
}

/// Parses a double in the JSON mapping of protobuf. `None` for the other spellings that Rust
/// accepts, such as `inf` and `nan`: they are errors there.
fn parse_double(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ => text.parse().ok().filter(|number: &f64| number.is_finite()),
    }
}

/// Turns the marked strings of a value and of everything in it back into doubles.
fn restore_doubles(value: &mut AnyValue, marker: &str) {
    match &mut value.value {
        Some(Value::StringValue(text)) => {
            if let Some(number) = text.strip_prefix(marker).and_then(parse_double) {
                value.value = Some(Value::DoubleValue(number));
            }
        }
        Some(Value::ArrayValue(array)) => {
            array.values.iter_mut().for_each(|item| restore_doubles(item, marker));
        }
        Some(Value::KvlistValue(list)) => {
            list.values
                .iter_mut()
                .flat_map(|field| &mut field.value)
                .for_each(|value| restore_doubles(value, marker));
        }
        _ => {}
    }
}

/// Calls `change` for the value of every attribute: of resources, scopes, spans, events and links.
pub(super) fn for_each_attribute(
    request: &mut ExportTraceServiceRequest,
    change: &mut impl FnMut(&mut AnyValue),
) {
    let mut all = |attributes: &mut Vec<KeyValue>| {
        attributes.iter_mut().flat_map(|attribute| &mut attribute.value).for_each(&mut *change);
    };
    for resource in &mut request.resource_spans {
        resource.resource.iter_mut().for_each(|resource| all(&mut resource.attributes));
        for scope in &mut resource.scope_spans {
            scope.scope.iter_mut().for_each(|scope| all(&mut scope.attributes));
            for span in &mut scope.spans {
                all(&mut span.attributes);
                span.events.iter_mut().for_each(|event| all(&mut event.attributes));
                span.links.iter_mut().for_each(|link| all(&mut link.attributes));
            }
        }
    }
}

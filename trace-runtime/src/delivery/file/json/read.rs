//! The reader.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use serde_json::{Map, Value as Json};
use std::hash::{BuildHasher, RandomState};

const DOUBLE: &str = "doubleValue";

/// Reads what may have texts in the place of numbers, and nothing where it would be empty.
pub(super) fn read_amended(line: &[u8]) -> serde_json::Result<ExportTraceServiceRequest> {
    // They travel through the reader as texts that begin with what no other text begins with.
    let mark = format!("{:016x}", RandomState::new().hash_one(0_u8));
    let mut json = serde_json::from_slice(line)?;
    amend(&mut json, &mark);
    let mut request: ExportTraceServiceRequest = serde_json::from_value(json)?;
    for_each_attribute(&mut request, &mut |value| restore(value, &mark));
    Ok(request)
}

fn amend(json: &mut Json, mark: &str) {
    match json {
        Json::Array(items) => items.iter_mut().for_each(|item| amend(item, mark)),
        Json::Object(fields) => match fields.get(DOUBLE) {
            Some(Json::String(text)) if double(text).is_some() => {
                let text = format!("{mark}{text}");
                *fields = Map::from_iter([("stringValue".to_owned(), Json::String(text))]);
            }
            _ => {
                add_defaults(fields);
                fields.values_mut().for_each(|field| amend(field, mark));
            }
        },
        _ => {}
    }
}

/// What `opentelemetry-proto` wants to be there even when it is empty.
fn add_defaults(fields: &mut Map<String, Json>) {
    let list = || Json::Array(Vec::new());
    let text = || Json::String(String::new());
    for kind in ["arrayValue", "kvlistValue"] {
        if let Some(Json::Object(value)) = fields.get_mut(kind) {
            value.entry("values").or_insert_with(list);
        }
    }
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

/// A number as the JSON form of protobuf may write it.
fn double(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        // What Rust reads besides, protobuf does not.
        _ => text.parse().ok().filter(|number: &f64| number.is_finite()),
    }
}

fn restore(value: &mut AnyValue, mark: &str) {
    match &mut value.value {
        Some(Value::StringValue(text)) => {
            if let Some(number) = text.strip_prefix(mark).and_then(double) {
                value.value = Some(Value::DoubleValue(number));
            }
        }
        Some(Value::ArrayValue(array)) => {
            array.values.iter_mut().for_each(|item| restore(item, mark));
        }
        Some(Value::KvlistValue(list)) => {
            list.values
                .iter_mut()
                .flat_map(|field| &mut field.value)
                .for_each(|v| restore(v, mark));
        }
        _ => {}
    }
}

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

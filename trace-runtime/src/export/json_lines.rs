//! OTLP requests as lines of JSON. JSON has no NaN and no infinities: in the JSON form of protobuf
//! they are texts, which the reader of `opentelemetry-proto` does not take. Nor does it take arrays
//! and maps without a list, as the OpenTelemetry Collector writes them when they are empty.

use crate::capture::Finite;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use serde_json::{Map, Value as Json};
use std::hash::{BuildHasher, RandomState};

/// A request and the end of its line.
pub(super) fn write(request: &ExportTraceServiceRequest) -> serde_json::Result<Vec<u8>> {
    let mut line = Vec::new();
    serde_json::to_writer(&mut line, &Finite::new(request))?;
    line.push(b'\n');
    Ok(line)
}

/// The request of a line.
pub(super) fn read(line: &[u8]) -> serde_json::Result<ExportTraceServiceRequest> {
    serde_json::from_slice(line).or_else(|_| read_amended(line))
}

const DOUBLE: &str = "doubleValue";

/// Reads what may have texts in the place of numbers, and no list where it would be empty.
fn read_amended(line: &[u8]) -> serde_json::Result<ExportTraceServiceRequest> {
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
                add_empty_lists(fields);
                fields.values_mut().for_each(|field| amend(field, mark));
            }
        },
        _ => {}
    }
}

fn add_empty_lists(fields: &mut Map<String, Json>) {
    for kind in ["arrayValue", "kvlistValue"] {
        if let Some(Json::Object(value)) = fields.get_mut(kind) {
            value.entry("values").or_insert_with(|| Json::Array(Vec::new()));
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

fn for_each_attribute(
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

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry_proto::tonic::common::v1::{ArrayValue, InstrumentationScope, KeyValueList};
    use opentelemetry_proto::tonic::resource::v1::Resource;
    use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
    use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
    use prost::Message;

    fn any(value: Value) -> AnyValue {
        AnyValue { value: Some(value) }
    }

    fn attribute(value: Value) -> KeyValue {
        KeyValue { key: "k".to_owned(), value: Some(any(value)), ..KeyValue::default() }
    }

    /// Each number alone, in an array and in a map, beside texts that look like it.
    fn attributes() -> Vec<KeyValue> {
        let numbers = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.5, -0.0, f64::MAX];
        let values = || numbers.map(|number| any(Value::DoubleValue(number))).to_vec();
        let fields = numbers.map(|number| attribute(Value::DoubleValue(number))).to_vec();
        let texts = ["NaN", "Infinity", "doubleValue"].map(|text| Value::StringValue(text.into()));
        let mut all: Vec<_> = texts.into_iter().map(attribute).collect();
        all.extend(fields.clone());
        all.push(attribute(Value::ArrayValue(ArrayValue { values: values() })));
        all.push(attribute(Value::KvlistValue(KeyValueList { values: fields })));
        all
    }

    fn everywhere() -> ExportTraceServiceRequest {
        let span = Span {
            attributes: attributes(),
            events: vec![Event { attributes: attributes(), ..Event::default() }],
            links: vec![Link { attributes: attributes(), ..Link::default() }],
            ..Span::default()
        };
        let scope = InstrumentationScope { attributes: attributes(), ..Default::default() };
        let resource = Resource { attributes: attributes(), ..Resource::default() };
        let scope_spans =
            vec![ScopeSpans { scope: Some(scope), spans: vec![span], ..ScopeSpans::default() }];
        let resource = Some(resource);
        let resource_spans = ResourceSpans { resource, scope_spans, ..ResourceSpans::default() };
        ExportTraceServiceRequest { resource_spans: vec![resource_spans] }
    }

    #[test]
    fn every_number_is_read_as_it_was_written() {
        let request = everywhere();
        let line = write(&request).unwrap();
        let text = String::from_utf8(line.clone()).unwrap();
        for number in ["NaN", "Infinity", "-Infinity"] {
            let written = format!(r#"{{"doubleValue":"{number}"}}"#);
            assert_eq!(text.matches(&written).count(), 3 * 5, "{text}");
        }
        // NaN is not equal to itself, its bytes are.
        assert_eq!(read(&line).unwrap().encode_to_vec(), request.encode_to_vec());
    }

    #[test]
    fn a_number_is_read_to_its_last_bit() {
        let mut bits = 1_u64;
        let random = std::iter::repeat_with(|| {
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            f64::from_bits(bits)
        });
        let numbers = random.filter(|number| number.is_finite()).take(1000);
        let attributes = numbers.map(|number| attribute(Value::DoubleValue(number))).collect();
        let scope_spans = vec![ScopeSpans {
            spans: vec![Span { attributes, ..Span::default() }],
            ..ScopeSpans::default()
        }];
        let resource_spans = ResourceSpans { scope_spans, ..ResourceSpans::default() };
        let request = ExportTraceServiceRequest { resource_spans: vec![resource_spans] };
        assert!(read(&write(&request).unwrap()).unwrap() == request);
    }

    #[test]
    fn an_empty_list_may_be_left_out_as_the_collector_does() {
        let values = r#"{"key":"a","value":{"arrayValue":{}}},{"key":"m","value":{"kvlistValue":{}}},
            {"key":"n","value":{"arrayValue":{"values":[{"kvlistValue":{}}]}}}"#;
        let line = format!(
            r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{"attributes":[{values}]}}]}}]}}]}}"#
        );
        let mut found = Vec::new();
        let mut request = read(line.as_bytes()).unwrap();
        for_each_attribute(&mut request, &mut |value| found.extend(value.value.clone()));
        let map = || Value::KvlistValue(KeyValueList::default());
        let array = |values| Value::ArrayValue(ArrayValue { values });
        assert_eq!(found, [array(Vec::new()), map(), array(vec![any(map())])]);
    }

    #[test]
    fn a_number_may_be_a_text_and_a_text_that_is_none_is_an_error() {
        let line = |value: &str| {
            format!(
                r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{"attributes":[
                {{"key":"k","value":{{"doubleValue":"{value}"}}}}]}}]}}]}}]}}"#
            )
        };
        let read = |value: &str| {
            let mut request = read(line(value).as_bytes()).ok()?;
            let mut found = None;
            for_each_attribute(&mut request, &mut |value| found.clone_from(&value.value));
            found
        };
        assert_eq!(read("-2.5e3"), Some(Value::DoubleValue(-2500.0)));
        assert_eq!(read("-Infinity"), Some(Value::DoubleValue(f64::NEG_INFINITY)));
        for none in ["", "inf", "nan", "one"] {
            assert_eq!(read(none), None, "{none}");
        }
    }
}

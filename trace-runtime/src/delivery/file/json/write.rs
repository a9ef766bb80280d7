//! Writes OTLP messages in the JSON of the OpenTelemetry Collector (its `pdata`, v1.65.0).
//!
//! Like every JSON form of OTLP it writes trace and span ids in hexadecimal, enums as numbers,
//! bytes in base64, and 64-bit integers as strings, because JavaScript would round them. NaN and
//! infinities are strings, because JSON has no numbers for them.
//!
//! The Collector omits fields with default values, with four exceptions that it always writes:
//! the resource, the scope, the status, and the value of an attribute. The messages below list
//! their fields in its order:
//!
//! ```json
//! {"resourceSpans":[{"resource":{},"scopeSpans":[{"scope":{"name":"shop"},"spans":[
//!     {"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"a1a2a3a4a5a6a7a8","name":"ask",
//!     "startTimeUnixNano":"1700000000000000007","attributes":[
//!         {"key":"count","value":{"intValue":"7"}}],"status":{}}]}]}]}
//! ```

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, EntityRef, InstrumentationScope, KeyValue, KeyValueList,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::fmt::Write;

/// Serializes a message with the fields that its [`Message`] implementation lists.
pub(super) struct Json<'a, T>(pub(super) &'a T);

/// A protobuf message that can list its fields.
pub(super) trait Message {
    /// Writes the fields in the order of the Collector.
    fn write<M: SerializeMap>(&self, fields: &mut Fields<M>) -> Result<(), M::Error>;
}

impl<T: Message> Serialize for Json<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = Fields(serializer.serialize_map(None)?);
        self.0.write(&mut fields)?;
        fields.0.end()
    }
}

/// Serializes the messages of a repeated field.
struct List<'a, T>(&'a [T]);

impl<T: Message> Serialize for List<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Json))
    }
}

/// Writes the fields of a message, with a method for each kind of field.
pub(super) struct Fields<M>(M);

type Written<M> = Result<(), <M as SerializeMap>::Error>;

impl<M: SerializeMap> Fields<M> {
    /// Writes a field as it is, unless it has the default value.
    fn put<T>(&mut self, name: &'static str, value: &T) -> Written<M>
    where
        T: Serialize + Default + PartialEq,
    {
        if *value == T::default() { Ok(()) } else { self.0.serialize_entry(name, value) }
    }

    /// Writes a 64-bit integer as a string, unless it is 0.
    fn put_long(&mut self, name: &'static str, value: u64) -> Written<M> {
        if value == 0 { Ok(()) } else { self.0.serialize_entry(name, &value.to_string()) }
    }

    /// Writes a trace or span id in hexadecimal, unless it is invalid (all zeros or empty).
    fn put_id(&mut self, name: &'static str, id: &[u8]) -> Written<M> {
        if id.iter().all(|byte| *byte == 0) {
            return Ok(());
        }
        let mut hex = String::with_capacity(2 * id.len());
        for byte in id {
            // Writing to a `String` cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        self.0.serialize_entry(name, &hex)
    }

    /// Writes a repeated field, unless it is empty.
    fn put_list<T: Message>(&mut self, name: &'static str, list: &[T]) -> Written<M> {
        if list.is_empty() { Ok(()) } else { self.0.serialize_entry(name, &List(list)) }
    }

    /// Writes a message even if it is missing or empty.
    fn put_message<T: Message + Default>(
        &mut self,
        name: &'static str,
        message: Option<&T>,
    ) -> Written<M> {
        match message {
            Some(message) => self.0.serialize_entry(name, &Json(message)),
            None => self.0.serialize_entry(name, &Json(&T::default())),
        }
    }

    /// Writes a double, as a string if JSON has no number for it.
    fn put_double(&mut self, name: &'static str, value: f64) -> Written<M> {
        match value {
            f64::INFINITY => self.0.serialize_entry(name, "Infinity"),
            f64::NEG_INFINITY => self.0.serialize_entry(name, "-Infinity"),
            _ if value.is_nan() => self.0.serialize_entry(name, "NaN"),
            _ => self.0.serialize_entry(name, &value),
        }
    }
}

impl Message for ExportTraceServiceRequest {
    fn write<M: SerializeMap>(&self, fields: &mut Fields<M>) -> Written<M> {
        fields.put_list("resourceSpans", &self.resource_spans)
    }
}

impl Message for ResourceSpans {
    fn write<M: SerializeMap>(&self, fields: &mut Fields<M>) -> Written<M> {
        fields.put_message("resource", self.resource.as_ref())?;
        fields.put_list("scopeSpans", &self.scope_spans)?;
        fields.put("schemaUrl", &self.schema_url)
    }
}

impl Message for Resource {
    /// Writes `entityRefs` too, which programs do not set, but a Collector may: a replay must not
    /// lose them.
    fn write<M: SerializeMap>(&self, fields: &mut Fields<M>) -> Written<M> {
        fields.put_list("attributes", &self.attributes)?;
        fields.put("droppedAttributesCount", &self.dropped_attributes_count)?;
        fields.put_list("entityRefs", &self.entity_refs)
    }
}

impl Message for EntityRef {
    fn write<M: SerializeMap>(&self, fields: &mut Fields<M>) -> Written<M> {
        fields.put("schemaUrl", &self.schema_url)?;
        fields.put("type", &self.r#type)?;
        fields.put("idKeys", &self.id_keys)?;
        fields.put("descriptionKeys", &self.description_keys)
    }
}

impl Message for ScopeSpans {
    fn write<M: SerializeMap>(&self, fields: &mut Fields<M>) -> Written<M> {
        fields.put_message("scope", self.scope.as_ref())?;
        fields.put_list("spans", &self.spans)?;
        fields.put("schemaUrl", &self.schema_url)
    }
}

impl Message for InstrumentationScope {
    fn write<M: SerializeMap>(&self, fields: &mut Fields<M>) -> Written<M> {
        fields.put("name", &self.name)?;
        fields.put("version", &self.version)?;
        fields.put_list("attributes", &self.attributes)?;
        fields.put("droppedAttributesCount", &self.dropped_attributes_count)
    }
}

impl Message for Span {
    /// Writes all fields. The id of a missing parent is omitted, as for every invalid id; enums
    /// such as `kind` are numbers.
    fn write<M: SerializeMap>(&self, fields: &mut Fields<M>) -> Written<M> {
        fields.put_id("traceId", &self.trace_id)?;
        fields.put_id("spanId", &self.span_id)?;
        fields.put("traceState", &self.trace_state)?;
        fields.put_id("parentSpanId", &self.parent_span_id)?;
        fields.put("flags", &self.flags)?;
        fields.put("name", &self.name)?;
        fields.put("kind", &self.kind)?;
        fields.put_long("startTimeUnixNano", self.start_time_unix_nano)?;
        fields.put_long("endTimeUnixNano", self.end_time_unix_nano)?;
        fields.put_list("attributes", &self.attributes)?;
        fields.put("droppedAttributesCount", &self.dropped_attributes_count)?;
        fields.put_list("events", &self.events)?;
        fields.put("droppedEventsCount", &self.dropped_events_count)?;
        fields.put_list("links", &self.links)?;
        fields.put("droppedLinksCount", &self.dropped_links_count)?;
        fields.put_message("status", self.status.as_ref())
    }
}

impl Message for Event {
    fn write<M: SerializeMap>(&self, fields: &mut Fields<M>) -> Written<M> {
        fields.put_long("timeUnixNano", self.time_unix_nano)?;
        fields.put("name", &self.name)?;
        fields.put_list("attributes", &self.attributes)?;
        fields.put("droppedAttributesCount", &self.dropped_attributes_count)
    }
}

impl Message for Link {
    fn write<M: SerializeMap>(&self, fields: &mut Fields<M>) -> Written<M> {
        fields.put_id("traceId", &self.trace_id)?;
        fields.put_id("spanId", &self.span_id)?;
        fields.put("traceState", &self.trace_state)?;
        fields.put_list("attributes", &self.attributes)?;
        fields.put("droppedAttributesCount", &self.dropped_attributes_count)?;
        fields.put("flags", &self.flags)
    }
}

impl Message for Status {
    /// Writes nothing for an unset status, whose code is 0: the status itself is `{}`.
    fn write<M: SerializeMap>(&self, fields: &mut Fields<M>) -> Written<M> {
        fields.put("message", &self.message)?;
        fields.put("code", &self.code)
    }
}

impl Message for KeyValue {
    /// Writes `keyStrindex`, an index into a table of strings that only profiles have, for
    /// completeness: spans never set it.
    fn write<M: SerializeMap>(&self, fields: &mut Fields<M>) -> Written<M> {
        fields.put("key", &self.key)?;
        fields.put_message("value", self.value.as_ref())?;
        fields.put("keyStrindex", &self.key_strindex)
    }
}

impl Message for AnyValue {
    /// Writes the variant that is set even if it is empty or 0: the variant is the type.
    fn write<M: SerializeMap>(&self, fields: &mut Fields<M>) -> Written<M> {
        let Some(value) = &self.value else { return Ok(()) };
        match value {
            Value::StringValue(text) => fields.0.serialize_entry("stringValue", text),
            Value::BoolValue(flag) => fields.0.serialize_entry("boolValue", flag),
            Value::IntValue(number) => fields.0.serialize_entry("intValue", &number.to_string()),
            Value::DoubleValue(number) => fields.put_double("doubleValue", *number),
            Value::ArrayValue(array) => fields.put_message("arrayValue", Some(array)),
            Value::KvlistValue(list) => fields.put_message("kvlistValue", Some(list)),
            Value::BytesValue(bytes) => {
                fields.0.serialize_entry("bytesValue", &BASE64_STANDARD.encode(bytes))
            }
            Value::StringValueStrindex(index) => {
                fields.0.serialize_entry("stringValueStrindex", index)
            }
        }
    }
}

impl Message for ArrayValue {
    /// Writes an empty array as `{}`.
    fn write<M: SerializeMap>(&self, fields: &mut Fields<M>) -> Written<M> {
        fields.put_list("values", &self.values)
    }
}

impl Message for KeyValueList {
    fn write<M: SerializeMap>(&self, fields: &mut Fields<M>) -> Written<M> {
        fields.put_list("values", &self.values)
    }
}

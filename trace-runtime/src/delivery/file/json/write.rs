//! OTLP messages as the OpenTelemetry Collector writes them in JSON (its `pdata`, v1.65.0): fields
//! that have their defaults are left out, but for the resource, the scope, the status and the value
//! of an attribute, which are there even when they are empty. Ids are hexadecimal, enums are
//! numbers, integers of 64 bits are texts, and so are the numbers that JSON does not have.

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

/// A message, to be written.
pub(super) struct Json<'a, T>(pub(super) &'a T);

/// A message that says which fields it has.
pub(super) trait Message {
    fn write<M: SerializeMap>(&self, fields: &mut Fields<M>) -> Result<(), M::Error>;
}

impl<T: Message> Serialize for Json<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = Fields(serializer.serialize_map(None)?);
        self.0.write(&mut fields)?;
        fields.0.end()
    }
}

/// A repeated field.
struct List<'a, T>(&'a [T]);

impl<T: Message> Serialize for List<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Json))
    }
}

/// The fields of a message, by their types.
pub(super) struct Fields<M>(M);

type Written<M> = Result<(), <M as SerializeMap>::Error>;

impl<M: SerializeMap> Fields<M> {
    /// A field that is left out when it has its default.
    fn put<T>(&mut self, name: &'static str, value: &T) -> Written<M>
    where
        T: Serialize + Default + PartialEq,
    {
        if *value == T::default() { Ok(()) } else { self.0.serialize_entry(name, value) }
    }

    fn put_long(&mut self, name: &'static str, value: u64) -> Written<M> {
        if value == 0 { Ok(()) } else { self.0.serialize_entry(name, &value.to_string()) }
    }

    fn put_id(&mut self, name: &'static str, id: &[u8]) -> Written<M> {
        if id.iter().all(|byte| *byte == 0) {
            return Ok(());
        }
        let mut hex = String::with_capacity(2 * id.len());
        for byte in id {
            // A text takes whatever is written to it.
            let _ = write!(hex, "{byte:02x}");
        }
        self.0.serialize_entry(name, &hex)
    }

    fn put_list<T: Message>(&mut self, name: &'static str, list: &[T]) -> Written<M> {
        if list.is_empty() { Ok(()) } else { self.0.serialize_entry(name, &List(list)) }
    }

    /// A message that is there even when it is empty.
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
    fn write<M: SerializeMap>(&self, fields: &mut Fields<M>) -> Written<M> {
        fields.put("message", &self.message)?;
        fields.put("code", &self.code)
    }
}

impl Message for KeyValue {
    fn write<M: SerializeMap>(&self, fields: &mut Fields<M>) -> Written<M> {
        fields.put("key", &self.key)?;
        fields.put_message("value", self.value.as_ref())?;
        fields.put("keyStrindex", &self.key_strindex)
    }
}

impl Message for AnyValue {
    /// What it has is written, also when that is empty or 0.
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
    fn write<M: SerializeMap>(&self, fields: &mut Fields<M>) -> Written<M> {
        fields.put_list("values", &self.values)
    }
}

impl Message for KeyValueList {
    fn write<M: SerializeMap>(&self, fields: &mut Fields<M>) -> Written<M> {
        fields.put_list("values", &self.values)
    }
}

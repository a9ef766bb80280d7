//! A span of the usual form, which is encoded from its record.

use super::call_site::Call;
use super::record::SpanRecord;
use crate::capture::StoredValue;
use crate::openinference::keys;
use opentelemetry::KeyValue;
use opentelemetry::trace::{SpanContext, SpanId, Status, TraceState};
use std::time::SystemTime;

/// The parts of a span in the order in which they leave the process, except for those that every
/// call of the function has.
///
/// A span of this form needs no list of attributes: none of its keys repeats, nothing follows from
/// its values, and it has no parts that few spans have, such as events. Every other span becomes
/// OpenTelemetry's `SpanData` first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlainSpan<'a> {
    pub(crate) call: &'a Call,
    pub(crate) span_context: &'a SpanContext,
    pub(crate) parent_span_id: SpanId,
    pub(crate) parent_is_remote: bool,
    pub(crate) start_time: SystemTime,
    pub(crate) end_time: SystemTime,
    pub(crate) status: &'a Status,
    /// The attributes of the scope around the call.
    pub(crate) inherited: &'a [KeyValue],
    /// The input with its MIME type.
    pub(crate) input: Option<(&'a str, &'static str)>,
    pub(crate) attributes: &'a [KeyValue],
    pub(crate) output: Option<(&'a str, &'static str)>,
}

/// The greatest number of attributes that the program sets. Each key is compared with all others.
const MAX_SET: usize = 16;

/// The keys that the runtime writes itself.
const WRITTEN: [&str; 11] = [
    keys::SPAN_KIND,
    keys::CODE_FUNCTION_NAME,
    keys::CODE_FILE_PATH,
    keys::CODE_LINE_NUMBER,
    keys::AGENT_NAME,
    keys::TOOL_NAME,
    keys::TOOL_DESCRIPTION,
    keys::INPUT_VALUE,
    keys::INPUT_MIME_TYPE,
    keys::OUTPUT_VALUE,
    keys::OUTPUT_MIME_TYPE,
];

impl<'a> PlainSpan<'a> {
    /// The greatest number of attributes of such a span.
    pub(crate) const MAX_ATTRIBUTES: usize = WRITTEN.len() + MAX_SET;

    /// Returns the span of a record that [is plain](SpanRecord::is_plain).
    pub(crate) fn of(record: &'a SpanRecord) -> Self {
        let SpanRecord { call, span_context, content, status, end_time, .. } = record;
        PlainSpan {
            call,
            span_context,
            parent_span_id: record.parent_span_id(),
            parent_is_remote: record.parent_is_remote(),
            start_time: record.start_time(),
            end_time: *end_time,
            status,
            inherited: content.inherited.as_deref().unwrap_or_default(),
            input: content.input.text(),
            attributes: &content.attributes,
            output: content.output.text(),
        }
    }

    /// Returns the attributes that the program set.
    pub(crate) fn set_attributes(&self) -> impl Iterator<Item = &'a KeyValue> + use<'a> {
        self.inherited.iter().chain(self.attributes)
    }

    /// Returns the texts of the input and of the output, with the keys of their attributes.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (&'static str, &'a str)> + use<'a> {
        let input = self.input.map(|(text, _)| (keys::INPUT_VALUE, text));
        let output = self.output.map(|(text, _)| (keys::OUTPUT_VALUE, text));
        input.into_iter().chain(output)
    }
}

impl SpanRecord {
    /// Returns true if the span has the usual form.
    pub(crate) fn is_plain(&self) -> bool {
        let SpanRecord { call, span_context, content, status, .. } = self;
        let is_of_function = !call.is_exchange() && !call.kind().is_model_call();
        let has_usual_parts = call.name.is_none()
            && !self.has_extras()
            && !matches!(status, Status::Error { .. })
            && *span_context.trace_state() == TraceState::NONE
            && ![&content.input, &content.output].into_iter().any(StoredValue::has_recorded);
        let inherited = content.inherited.as_deref().unwrap_or_default();
        is_of_function && has_usual_parts && have_own_keys(inherited, &content.attributes)
    }
}

/// Returns true if no key of the two lists repeats, or belongs to the runtime.
fn have_own_keys(inherited: &[KeyValue], attributes: &[KeyValue]) -> bool {
    if inherited.len() + attributes.len() > MAX_SET {
        return false;
    }
    let all = || inherited.iter().chain(attributes).map(|attribute| attribute.key.as_str());
    all().enumerate().all(|(index, key)| {
        !WRITTEN.contains(&key)
            && !key.starts_with(keys::INTERNAL)
            && all().take(index).all(|earlier| earlier != key)
    })
}

//! Lets the annotated function that is a served call take over the span of the call.
//!
//! A server opens the span `tools/call weather` before the handler runs, since it cannot know
//! whether the handler is annotated. If the handler calls `#[tool] fn weather`, two spans would
//! describe one call. The function therefore runs with the ids of the call's span and keeps a record
//! of its own, which it returns at its end. The span of the call then becomes the span of the
//! function. Spans that began inside the handler, before, in or after the function, stay below it.

use super::fill::{Message, ask};
use super::shared_span::RecordingSpan;
use crate::span::SpanRecord;
use opentelemetry::Context;
use opentelemetry::trace::{SpanId, TraceContextExt};

/// The part that a span has in a served call.
#[derive(Debug)]
pub(super) enum Part {
    /// The span of the call.
    Call {
        /// True once a function has begun that is the call.
        has_function: bool,
        /// The record of the function, after its end.
        function: Option<Box<SpanRecord>>,
    },
    /// The function, and the context with the span of the call.
    Function(Context),
}

/// Marks the context in which a handler runs.
#[derive(Debug)]
pub(super) struct Served {
    /// The name of the tool that the handler implements.
    pub(super) tool: String,
    /// The span of the call. A function below another span is no more than a part of the call.
    pub(super) span: SpanId,
}

/// Returns the part of a tool span that begins in this context. The record of a function that is the
/// served call receives the ids of the call.
#[inline]
pub(super) fn part(context: &Context, record: &mut SpanRecord) -> Option<Part> {
    if record.call.is_served() {
        return Some(Part::Call { has_function: false, function: None });
    }
    let served = context.get::<Served>()?;
    let call = context.span();
    let is_direct = |id| id == served.span && record.parent_span_id() == id;
    let is_the_call = is_direct(call.span_context().span_id())
        && record.call.tool_or_agent_name() == served.tool
        && matches!(ask(&call, Message::Join), Message::Joined);
    if !is_the_call {
        return None;
    }
    record.span_context = call.span_context().clone();
    Some(Part::Function(context.clone()))
}

/// Answers a message on behalf of a span that has not ended.
pub(super) fn answer(span: &mut RecordingSpan, message: Message) -> Message {
    let part = span.rare.as_mut().and_then(|rare| rare.part.as_mut());
    let Some(Part::Call { has_function, function }) = part else { return message };
    match message {
        Message::Join if !*has_function => {
            *has_function = true;
            // From here on the function decides what is recorded, also if it never returns.
            span.record.content.input.take();
            Message::Joined
        }
        Message::Return(record) => {
            *function = Some(record);
            Message::None
        }
        other => other,
    }
}

/// Returns the record to deliver at the end of a span; `None` for that of a function, which the
/// span of the call takes over.
pub(super) fn complete(part: Part, mut record: Box<SpanRecord>) -> Option<Box<SpanRecord>> {
    match part {
        Part::Call { function, .. } => {
            if let Some(function) = function {
                record.take_over(*function);
            }
            Some(record)
        }
        Part::Function(context) => {
            // A function that outlives the call has the ids of a span that was delivered already,
            // so its record is dropped: no span may be delivered twice.
            ask(&context.span(), Message::Return(record));
            None
        }
    }
}

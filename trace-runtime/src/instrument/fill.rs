//! Lets an HTTP exchange fill the span of the function that made it.
//!
//! `#[llm] async fn ask(question: &str) -> String` takes and returns neither messages nor tokens. The
//! exchange inside has them, but with a second LLM span, backends would count the call twice. So the
//! first exchange deposits its record in the span of the function, which takes over its content when
//! it ends. After a second exchange, both are children of the function's span. An exchange that ends
//! after the function is a child too.

use super::join;
use super::shared_span::RecordingSpan;
use crate::openinference::OpenInferenceSpanKind;
use crate::span::SpanRecord;
use opentelemetry::trace::{SpanRef, Status};
use std::cell::Cell;

/// The exchanges that began in a span.
#[derive(Debug, Default)]
pub(super) struct Calls {
    begun: usize,
    /// The record of the only one, after its end.
    deposit: Option<Box<SpanRecord>>,
}

thread_local! {
    /// The message to a [`RecordingSpan`] in a context, or its answer. A context lends only the methods
    /// of OpenTelemetry's `Span`. Setting the status to unset changes no span, so that call delivers
    /// the message: a span of this crate answers it, and others ignore it.
    static MESSAGE: Cell<Message> = const { Cell::new(Message::None) };
}

#[derive(Default)]
pub(super) enum Message {
    #[default]
    None,
    /// An exchange of this kind begins.
    Begin(OpenInferenceSpanKind),
    Begun(Begun),
    /// An exchange has ended.
    Deposit(Box<SpanRecord>),
    /// The function that is a served call begins.
    Join,
    Joined,
    /// The function that is a served call has ended.
    Return(Box<SpanRecord>),
}

/// The answer of a span that takes exchanges.
pub(super) struct Begun {
    /// True if no other exchange has begun in the span.
    pub(super) is_first: bool,
    /// The record of the first exchange, which is a child now.
    pub(super) earlier: Option<Box<SpanRecord>>,
}

/// Tells a span that an exchange begins inside it. Returns `None` unless it is a span of this
/// crate that an exchange of this kind may fill.
pub(super) fn begin(span: &SpanRef<'_>, kind: OpenInferenceSpanKind) -> Option<Begun> {
    match ask(span, Message::Begin(kind)) {
        Message::Begun(begun) => Some(begun),
        _ => None,
    }
}

/// Passes the record of an exchange to the span that it fills. Returns the record if the span does
/// not take it, since it has ended or a second exchange has begun in it.
pub(super) fn deposit(span: &SpanRef<'_>, record: Box<SpanRecord>) -> Option<Box<SpanRecord>> {
    match ask(span, Message::Deposit(record)) {
        Message::Deposit(record) => Some(record),
        _ => None,
    }
}

/// Sends a message to a span, and returns the answer, or the message if the span ignores it.
pub(super) fn ask(span: &SpanRef<'_>, message: Message) -> Message {
    // A thread that is ending has destroyed its thread-locals. The message is then not sent.
    let mut message = Some(message);
    if MESSAGE.try_with(|channel| message.take().map(|sent| channel.set(sent))).is_err() {
        return message.unwrap_or_default();
    }
    span.set_status(Status::Unset);
    MESSAGE.try_with(Cell::take).unwrap_or_default()
}

/// Answers a message, if there is one, for a span of this crate that has not ended.
pub(super) fn receive(span: &mut RecordingSpan) {
    let _ = MESSAGE.try_with(|channel| channel.set(answer(span, channel.take())));
}

fn answer(span: &mut RecordingSpan, message: Message) -> Message {
    match message {
        Message::Begin(kind) if takes(span, kind) => {
            let calls = &mut span.rare().calls;
            calls.begun += 1;
            let is_first = calls.begun == 1;
            Message::Begun(Begun { is_first, earlier: calls.deposit.take() })
        }
        Message::Deposit(record) => {
            let calls = &mut span.rare().calls;
            if calls.begun != 1 {
                return Message::Deposit(record);
            }
            calls.deposit = Some(record);
            Message::None
        }
        other => join::answer(span, other),
    }
}

/// Returns true if exchanges of a kind may fill the span. An attached provider ends the spans of
/// exchanges itself, so they cannot be taken back.
fn takes(span: &mut RecordingSpan, kind: OpenInferenceSpanKind) -> bool {
    let is_attached = span.attached().is_some();
    let call = &span.record.call;
    !is_attached && call.kind() == kind && !call.is_exchange()
}

impl Calls {
    /// Fills a span that ends with its only exchange, if that has ended.
    pub(super) fn fill(&mut self, record: &mut SpanRecord) {
        if let Some(call) = self.deposit.take() {
            record.fill(*call);
        }
    }
}

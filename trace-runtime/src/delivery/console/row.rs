//! The parts of a span that the console shows.

use crate::openinference::keys;
use crate::readable::{one_line, text};
use opentelemetry::trace::{SpanId, Status, TraceId};
use opentelemetry::{KeyValue, Value};
use opentelemetry_sdk::trace::SpanData;
use std::time::{Duration, SystemTime};

/// The number of characters of a name that are kept.
const MAX_NAME_CHARS: usize = 100;

/// The number of characters of an error that are kept.
const MAX_ERROR_CHARS: usize = 600;

/// A span, reduced to the start of its texts: traces wait for their root in this form. All texts
/// are safe for a terminal.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) trace_id: TraceId,
    pub(super) id: SpanId,
    pub(super) parent: SpanId,
    /// True for the span that ends last in this process: it has no parent, or its parent is in
    /// another process.
    pub(super) is_local_root: bool,
    pub(super) start: SystemTime,
    pub(super) end: SystemTime,
    pub(super) name: String,
    /// `None` for a span without OpenInference attributes.
    pub(super) kind: Option<String>,
    pub(super) model: Option<String>,
    pub(super) usage: Usage,
    pub(super) state: State,
    pub(super) input: Option<String>,
    pub(super) output: Option<String>,
}

/// The result of a span.
#[derive(Debug, PartialEq)]
pub(super) enum State {
    Ok,
    Unset,
    /// The future or stream was dropped before its end.
    Cancelled,
    /// The call failed, with this message.
    Error(String),
}

/// The tokens and the cost of a model call, or of all calls below a span.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Usage {
    /// Tokens of the prompt and of the completion.
    pub(super) tokens: Option<(u64, u64)>,
    /// US dollars.
    pub(super) cost: Option<f64>,
    /// True if the cost, or a part of it, is an estimate.
    pub(super) is_estimate: bool,
}

impl Row {
    /// Creates the row of a span, with input and output as the layout shows them.
    pub(super) fn new(span: &SpanData, input: Option<String>, output: Option<String>) -> Self {
        let attributes = &span.attributes;
        let short = |text: String| start(&text, MAX_NAME_CHARS);
        Row {
            trace_id: span.span_context.trace_id(),
            id: span.span_context.span_id(),
            parent: span.parent_span_id,
            is_local_root: span.parent_span_id == SpanId::INVALID || span.parent_span_is_remote,
            start: span.start_time,
            end: span.end_time,
            name: start(&span.name, MAX_NAME_CHARS),
            kind: text(attributes, keys::SPAN_KIND).map(short),
            model: model(attributes).map(short),
            usage: Usage::of(attributes),
            state: State::of(span),
            input,
            output,
        }
    }

    pub(super) fn took(&self) -> Duration {
        self.end.duration_since(self.start).unwrap_or_default()
    }
}

impl State {
    fn of(span: &SpanData) -> Self {
        let is_cancelled = || span.events.iter().any(|event| event.name == keys::EVENT_CANCELLED);
        match &span.status {
            Status::Ok => State::Ok,
            Status::Unset if is_cancelled() => State::Cancelled,
            Status::Unset => State::Unset,
            Status::Error { description } => State::Error(start(description, MAX_ERROR_CHARS)),
        }
    }
}

impl Usage {
    fn of(attributes: &[KeyValue]) -> Self {
        let count = |key| number(attributes, key);
        let prompt = count(keys::LLM_TOKEN_COUNT_PROMPT);
        let completion = count(keys::LLM_TOKEN_COUNT_COMPLETION);
        let has_tokens = prompt.or(completion).is_some();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a number that is not a count becomes the nearest one"
        )]
        let whole = |count: Option<f64>| count.unwrap_or_default() as u64;
        Usage {
            tokens: has_tokens.then(|| (whole(prompt), whole(completion))),
            cost: count(keys::LLM_COST_TOTAL).filter(|cost| cost.is_finite()),
            is_estimate: is_estimate(attributes),
        }
    }

    /// Adds the usage of a span below.
    pub(super) fn add(&mut self, other: Usage) {
        if let Some((prompt, completion)) = other.tokens {
            let (prompts, completions) = self.tokens.unwrap_or_default();
            let sums = (prompts.saturating_add(prompt), completions.saturating_add(completion));
            self.tokens = Some(sums);
        }
        if let Some(cost) = other.cost {
            self.cost = Some(self.cost.unwrap_or_default() + cost);
            self.is_estimate |= other.is_estimate;
        }
    }
}

/// Returns true if the metadata notes that the cost is an estimate. Metadata that a mask has hidden
/// may have noted it too.
fn is_estimate(attributes: &[KeyValue]) -> bool {
    text(attributes, keys::METADATA).is_some_and(|metadata| {
        metadata.contains(keys::METADATA_COST_ESTIMATE) || !metadata.starts_with('{')
    })
}

/// Returns the name of the model, whichever kind of model it is.
fn model(attributes: &[KeyValue]) -> Option<String> {
    let names = [
        keys::LLM_MODEL_NAME,
        keys::LLM_RESPONSE_MODEL_NAME,
        keys::LLM_REQUEST_MODEL_NAME,
        keys::EMBEDDING_MODEL_NAME,
        keys::RERANKER_MODEL_NAME,
    ];
    names.iter().find_map(|key| text(attributes, key))
}

/// Returns a number. Instrumentation of other crates may have recorded it as text.
fn number(attributes: &[KeyValue], key: &str) -> Option<f64> {
    let found = attributes.iter().find(|attribute| attribute.key.as_str() == key)?;
    match &found.value {
        #[expect(clippy::cast_precision_loss, reason = "shown in four digits")]
        Value::I64(number) => Some(*number as f64),
        Value::F64(number) => Some(*number),
        other => other.as_str().parse().ok(),
    }
}

/// Returns the start of a text, on one line.
pub(super) fn start(text: &str, max: usize) -> String {
    let start: String = text.chars().take(max).collect();
    one_line(&start)
}

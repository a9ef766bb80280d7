//! Whole traces as text, in both layouts.

use super::layout::Layout;
use super::style::Style;
use crate::openinference::keys;
use opentelemetry::trace::{
    Event, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{InstrumentationScope, KeyValue, Value};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};
use std::time::{Duration, SystemTime};

/// The layout of a terminal without colours.
fn columns(width: usize) -> Layout {
    Layout::Columns(Style { width, colour: false, unicode: true })
}

fn render(layout: Layout, spans: &[SpanData]) -> String {
    let rows: Vec<_> = spans.iter().map(|span| layout.row(span)).collect();
    layout.render(&rows, None)
}

/// Creates a span that starts and takes this many milliseconds.
pub(super) fn span(
    id: u64,
    parent: u64,
    kind: &'static str,
    name: &str,
    times: (u64, u64),
) -> SpanData {
    let start = SystemTime::UNIX_EPOCH + Duration::from_millis(times.0);
    let (flags, state) = (TraceFlags::SAMPLED, TraceState::NONE);
    SpanData {
        span_context: SpanContext::new(
            TraceId::from(0x0af7),
            SpanId::from(id),
            flags,
            false,
            state,
        ),
        parent_span_id: SpanId::from(parent),
        parent_span_is_remote: false,
        span_kind: SpanKind::Internal,
        name: name.to_owned().into(),
        start_time: start,
        end_time: start + Duration::from_millis(times.1),
        attributes: vec![KeyValue::new(keys::SPAN_KIND, kind)],
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: Status::Ok,
        instrumentation_scope: InstrumentationScope::default(),
    }
}

fn with(mut span: SpanData, key: &'static str, value: impl Into<Value>) -> SpanData {
    span.attributes.push(KeyValue::new(key, value));
    span
}

/// Adds a model, token counts and a cost.
fn call(span: SpanData, tokens: (i64, i64), cost: f64) -> SpanData {
    let span = with(span, keys::LLM_MODEL_NAME, "gpt-4o");
    let span = with(span, keys::LLM_TOKEN_COUNT_PROMPT, tokens.0);
    let span = with(span, keys::LLM_TOKEN_COUNT_COMPLETION, tokens.1);
    with(span, keys::LLM_COST_TOTAL, cost)
}

/// Returns an agent that asks a model twice and calls a tool, in the order in which the spans end.
fn agent() -> Vec<SpanData> {
    let question = r#"{"question":"What is the weather in Oslo?"}"#;
    let ask = call(span(2, 1, "LLM", "ask", (0, 2200)), (812, 96), 0.003);
    let ask = with(ask, keys::INPUT_VALUE, r#"{"request":{"messages":[]}}"#);
    let ask = with(ask, "llm.input_messages.0.message.role", "user");
    let ask = with(ask, "llm.input_messages.0.message.content", "What is the\nweather in Oslo?");
    let ask =
        with(ask, "llm.output_messages.0.message.tool_calls.0.tool_call.function.name", "weather");
    let ask = with(
        ask,
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments",
        r#"{"city":"Oslo"}"#,
    );
    let tool = span(3, 1, "TOOL", "weather", (2200, 3));
    let tool = with(tool, keys::INPUT_VALUE, r#"{"city":"Oslo","days":0}"#);
    let tool = with(tool, keys::OUTPUT_VALUE, "sun in Oslo, 0 days from now");
    let again = call(span(4, 1, "LLM", "ask", (2210, 1880)), (908, 41), 0.0001);
    let again = with(
        again,
        "llm.output_messages.0.message.content",
        "It is sunny in Oslo today, and it stays so until the end of the week.",
    );
    let root = span(1, 0, "AGENT", "answer", (0, 4100));
    vec![ask, tool, again, with(root, keys::INPUT_VALUE, question)]
}

fn failed(span: SpanData, message: &str) -> SpanData {
    SpanData { status: Status::error(message.to_owned()), ..span }
}

#[test]
fn agent_at_80_columns_shows_model_tokens_cost_bar_and_words() {
    let text = render(columns(80), &agent());
    assert_eq!(
        text,
        "\
trace 00000000000000000000000000000af7  4 spans  1.8k tokens  $0.0031
agent answer       4.10s ██████  Σ1.8k Σ$0.0031 What is the weather in Oslo?
├─ llm ask  gpt-4o 2.20s ███    812→96  $0.0030 → weather(city: \"Oslo\")
├─ tool weather    3.0ms    ▏                   sun in Oslo, 0 days from now
└─ llm ask  gpt-4o 1.88s    ███ 908→41  $0.0001 It is sunny in Oslo today, and…
"
    );
    assert!(text.lines().all(|line| line.chars().count() <= 80));
}

#[test]
fn agent_at_140_columns_shows_input_and_output() {
    assert_eq!(
        render(columns(140), &agent()),
        "\
trace 00000000000000000000000000000af7  4 spans  1.8k tokens  $0.0031
agent answer       4.10s ████████████████████  Σ1.8k Σ$0.0031 What is the weather in Oslo?
├─ llm ask  gpt-4o 2.20s ███████████          812→96  $0.0030 What is the weather in Oslo? → weather(city: \"Oslo\")
├─ tool weather    3.0ms            ▏                         city: \"Oslo\", days: 0 → sun in Oslo, 0 days from now
└─ llm ask  gpt-4o 1.88s            █████████ 908→41  $0.0001 It is sunny in Oslo today, and it stays so until the end of the week.
"
    );
}

#[test]
fn estimated_costs_have_a_mark_in_lines_and_sums() {
    let estimate = |span| with(span, keys::METADATA, r#"{"cost_estimated_from":"prices.json"}"#);
    let mut spans = agent();
    spans[2] = estimate(spans[2].clone());
    assert_eq!(
        render(columns(80), &spans),
        "\
trace 00000000000000000000000000000af7  4 spans  1.8k tokens  ≈$0.0031
agent answer       4.10s ██████  Σ1.8k Σ≈$0.0031 What is the weather in Oslo?
├─ llm ask  gpt-4o 2.20s ███    812→96   $0.0030 → weather(city: \"Oslo\")
├─ tool weather    3.0ms    ▏                    sun in Oslo, 0 days from now
└─ llm ask  gpt-4o 1.88s    ███ 908→41  ≈$0.0001 It is sunny in Oslo today, and…
"
    );
    // A mask that hides inputs and outputs hides the metadata too.
    let hidden = with(spans[0].clone(), keys::METADATA, "__REDACTED__");
    assert!(render(columns(80), &[hidden]).contains("≈$0.0030"));
}

#[test]
fn agent_at_50_columns_leaves_bar_and_cost_out() {
    assert_eq!(
        render(columns(50), &agent()),
        "\
trace 00000000000000000000000000000af7  4 spans  1
agent answer       4.10s  Σ1.8k What is the weath…
├─ llm ask  gpt-4o 2.20s 812→96 → weather(city: \"…
├─ tool weather    3.0ms        sun in Oslo, 0 da…
└─ llm ask  gpt-4o 1.88s 908→41 It is sunny in Os…
"
    );
}

#[test]
fn agent_in_an_ascii_locale_has_ascii_lines_only() {
    let ascii = Layout::Columns(Style { width: 80, colour: false, unicode: false });
    let mut spans = agent();
    spans[1] = with(span(3, 1, "TOOL", "wetter", (2200, 3)), keys::OUTPUT_VALUE, "schön");
    let text = render(ascii, &spans);
    assert!(text.is_ascii(), "{text}");
    assert_eq!(
        text,
        "\
trace 00000000000000000000000000000af7  4 spans  1.8k tokens  $0.0031
agent answer       4.10s ######  +1.8k +$0.0031 What is the weather in Oslo?
|- llm ask  gpt-4o 2.20s ###    812>96  $0.0030 -> weather(city: \"Oslo\")
|- tool wetter     3.0ms    |                   sch?n
`- llm ask  gpt-4o 1.88s    ### 908>41  $0.0001 It is sunny in Oslo today, an...
"
    );
}

#[test]
fn failed_spans_show_their_message_below_the_line() {
    let message = "429 Too Many Requests: rate limit of 30000 tokens per minute reached, please \
                   try again in 12 seconds";
    let ask = failed(span(3, 2, "LLM", "ask", (0, 50)), message);
    let step = failed(span(2, 1, "CHAIN", "step", (0, 60)), message);
    let mut dropped = span(4, 1, "TOOL", "search", (60, 10));
    dropped.status = Status::Unset;
    let now = dropped.end_time;
    dropped.events.events.push(Event::new(keys::EVENT_CANCELLED, now, Vec::new(), 0));
    let root = failed(span(1, 0, "AGENT", "answer", (0, 100)), "no answer");
    assert_eq!(
        render(columns(80), &[ask, step, dropped, root]),
        "\
trace 00000000000000000000000000000af7  4 spans  3 errors
agent answer   100.0ms ██████
│  error: no answer
├─ chain step   60.0ms ████
│  └─ llm ask   50.0ms ███
│        error: 429 Too Many Requests: rate limit of 30000 tokens per minute
│        reached, please try again in 12 seconds
└─ tool search  10.0ms     █  cancelled
"
    );
}

#[test]
fn colours_mark_kinds_and_errors() {
    let colours = Layout::Columns(Style { width: 80, colour: true, unicode: true });
    let ask = with(span(2, 1, "LLM", "ask", (0, 40)), keys::OUTPUT_VALUE, "yes");
    let root = failed(span(1, 0, "AGENT", "answer", (0, 100)), "boom");
    let text = render(colours, &[ask, root]).replace('\u{1b}', "<");
    assert_eq!(
        text,
        "\
<[2mtrace 00000000000000000000000000000af7  2 spans<[0m  <[31m1 error<[0m
<[31magent <[0m<[1;31manswer<[0m 100.0ms <[31m██████<[0m
<[2m│  <[0m<[31merror: boom<[0m
<[2m└─ <[0m<[32mllm <[0m<[1mask<[0m    40.0ms <[32m██    <[0m yes
"
    );
}

#[test]
fn hostile_texts_never_reach_the_terminal_raw() {
    let hostile = "\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}31m\u{202e}evil\r\n\u{8}";
    let mut spans = vec![failed(span(1, 0, "AGENT", hostile, (0, 100)), hostile)];
    for key in [
        keys::SPAN_KIND,
        keys::LLM_MODEL_NAME,
        keys::INPUT_VALUE,
        keys::OUTPUT_VALUE,
        "llm.input_messages.0.message.content",
        "llm.output_messages.0.message.content",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.name",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments",
    ] {
        let mut span = span(2, 1, "LLM", "ask", (0, 40));
        span.attributes.retain(|attribute| attribute.key.as_str() != key);
        spans.push(with(span, key, hostile));
    }
    for layout in [Layout::Plain, columns(80), columns(200)] {
        let text = render(layout, &spans);
        let raw = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
        assert!(!text.contains(raw), "{text:?}");
        assert!(text.contains("evil"), "{text}");
    }
}

#[test]
fn plain_lines_keep_values_as_they_were_recorded() {
    let text = render(Layout::Plain, &agent());
    assert_eq!(
        text,
        "\
trace 00000000000000000000000000000af7
  answer [AGENT] 4.10s ok  in: {\"question\":\"What is the weather in Oslo?\"}
    ask [LLM] 2.20s ok  in: {\"request\":{\"messages\":[]}}
    weather [TOOL] 3.0ms ok  in: {\"city\":\"Oslo\",\"days\":0}  out: sun in Oslo, 0 days from now
    ask [LLM] 1.88s ok
"
    );
}

#[test]
fn trace_of_a_deep_recursion_renders_in_linear_space() {
    let depth = 20_000;
    let spans: Vec<_> =
        (1..=depth).map(|id| span(id, id - 1, "CHAIN", "recursive", (id, depth - id))).collect();
    for layout in [Layout::Plain, columns(80)] {
        let text = render(layout, &spans);
        assert_eq!(text.lines().count(), spans.len() + 1);
        assert!(text.lines().all(|line| line.len() < 300));
    }
}

//! Traced spans edited through OpenTelemetry's own API.

use integration_tests::{Program, block_on, traced};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, SystemTime};
use trace_runtime::opentelemetry::trace::{
    SpanContext, SpanId, Status, TraceContextExt, TraceFlags, TraceId, TraceState,
};
use trace_runtime::opentelemetry::{Context, KeyValue};
use trace_runtime::{chain, current_span};

#[chain]
fn below() {}

#[chain]
fn ends_itself() -> &'static str {
    let span = current_span();
    span.set_output("before");
    let an_hour_ago = SystemTime::now() - Duration::from_secs(3600);
    Context::current().span().end_with_timestamp(an_hour_ago);
    assert!(!span.is_recording());
    span.set_output("after");
    span.add_event("after", []);
    Context::current().span().end();
    below();
    "returned"
}

#[test]
fn span_ended_by_hand_keeps_its_end_time() {
    let program = Program::start();
    ends_itself();
    assert_eq!(
        program.tree(),
        "ends_itself [CHAIN] unset in={} out=before\n  below [CHAIN] ok in={}\n"
    );
    let spans = program.spans();
    let ended = spans.iter().find(|span| span.name == "ends_itself").unwrap();
    let early = ended.start_time.duration_since(ended.end_time).unwrap();
    assert!(early > Duration::from_secs(3500), "{early:?}");
}

#[chain]
fn decides(status: Status) -> Result<u8, String> {
    Context::current().span().set_status(status);
    Err("returned".to_owned())
}

#[chain]
async fn decides_later(status: Status) -> u8 {
    Context::current().span().set_status(status);
    1
}

#[test]
fn status_set_by_hand_wins() {
    let tree = traced(|| {
        decides(Status::Ok).unwrap_err();
        decides(Status::error("by hand")).unwrap_err();
        decides(Status::Unset).unwrap_err();
        block_on(decides_later(Status::error("by hand")));
    });
    let lines: Vec<&str> = tree.lines().filter(|line| line.starts_with("decides")).collect();
    assert_eq!(
        lines,
        [
            "decides [CHAIN] ok in=Ok",
            r#"decides [CHAIN] error(by hand) in=Error { description: "by hand" }"#,
            "decides [CHAIN] error(String: returned) in=Unset",
            r#"decides_later [CHAIN] error(by hand) in=Error { description: "by hand" } out=1"#,
        ]
    );
}

#[chain]
fn ranks() {
    let context = Context::current();
    context.span().set_status(Status::Ok);
    context.span().set_status(Status::error("too late"));
}

#[test]
fn ok_status_is_final() {
    assert_eq!(traced(ranks), "ranks [CHAIN] ok in={}\n");
}

fn elsewhere(n: u64) -> SpanContext {
    let (trace, span) = (TraceId::from(7), SpanId::from(n));
    SpanContext::new(trace, span, TraceFlags::SAMPLED, true, TraceState::NONE)
}

#[chain]
fn exceeds_limits() {
    let context = Context::current();
    for n in 0..200 {
        let attributes = (0..150).map(|n| KeyValue::new(format!("a.{n}"), n)).collect();
        context.span().add_event("event", attributes);
        context.span().add_link(elsewhere(n + 1), vec![KeyValue::new("n", 1)]);
    }
}

#[test]
fn events_and_links_beyond_the_limit_are_dropped_and_counted() {
    let program = Program::start();
    exceeds_limits();
    let span = &program.spans()[0];
    assert_eq!((span.events.events.len(), span.events.dropped_count), (128, 72));
    assert_eq!((span.links.links.len(), span.links.dropped_count), (128, 72));
    let event = &span.events.events[0];
    assert_eq!((event.attributes.len(), event.dropped_attributes_count), (128, 22));
    assert_eq!(span.links.links[127].span_context, elsewhere(128));
}

#[chain]
fn repeats(times: i64) {
    for n in 0..times {
        current_span().set_attribute("progress", n);
        current_span().set_attribute("half", n / 2);
    }
}

#[test]
fn repeated_attribute_keeps_its_last_value() {
    // Keeping every value would exceed this queue.
    let program = Program::start_with(|builder| builder.queue_bytes(1 << 20));
    repeats(20_000);
    assert_eq!(program.attribute("repeats", "progress").as_deref(), Some("19999"));
    assert_eq!(program.attribute("repeats", "half").as_deref(), Some("9999"));
}

#[chain]
fn panics_inside_opentelemetry() -> u8 {
    let context = Context::current();
    // OpenTelemetry iterates the list while it holds the lock of the span, so the panic poisons it.
    let list = std::iter::from_fn(|| panic!("while attributes are set"));
    catch_unwind(AssertUnwindSafe(|| context.span().set_attributes(list))).unwrap_err();
    below();
    1
}

#[test]
fn span_poisoned_by_a_panic_in_opentelemetry_is_delivered() {
    assert_eq!(
        traced(panics_inside_opentelemetry),
        "panics_inside_opentelemetry [CHAIN] ok in={} out=1\n  below [CHAIN] ok in={}\n"
    );
}

#[test]
fn handle_outliving_its_span_records_nothing_but_parents_children() {
    #[chain]
    fn hands_out() -> Kept {
        Kept(current_span())
    }
    struct Kept(trace_runtime::CurrentSpan);
    let program = Program::start();
    let span = hands_out().0;
    assert!(!span.is_recording());
    span.set_attribute("too.late", 1);
    std::thread::spawn(move || span.in_scope(below)).join().unwrap();
    assert_eq!(program.tree(), "hands_out [CHAIN] ok in={} out=<Kept>\n  below [CHAIN] ok in={}\n");
    assert_eq!(program.attribute("hands_out", "too.late"), None);
}

//! Values whose implementations hang, recurse without end or are huge: the call returns its value,
//! and its span arrives within the bounds.

use integration_tests::Program;
use serde::{Serialize, Serializer};
use std::error::Error;
use std::fmt::{self, Debug, Display};
use std::sync::{Arc, Mutex, RwLock};
use trace_runtime::opentelemetry::trace::{Status, TraceContextExt};
use trace_runtime::opentelemetry::{Context, KeyValue};
use trace_runtime::opentelemetry_sdk::trace::SpanData;
use trace_runtime::{chain, current_span, tool};

/// The default limit of one value.
const LIMIT: usize = 1 << 20;

/// Runs a program, and returns its only span.
fn only_span(program: impl FnOnce()) -> SpanData {
    let running = Program::start();
    program();
    let mut spans = running.spans();
    assert_eq!(spans.len(), 1);
    spans.remove(0)
}

fn attribute(span: &SpanData, key: &str) -> String {
    let found = span.attributes.iter().find(|attribute| attribute.key.as_str() == key);
    found.expect("the attribute").value.to_string()
}

#[chain]
fn reads(state: &Mutex<Vec<u32>>) -> bool {
    state.try_lock().is_ok()
}

#[tool]
fn shares(state: Arc<RwLock<Vec<u32>>>, optional: Option<&Mutex<u32>>) -> bool {
    optional.is_some() && state.try_write().is_ok()
}

#[test]
fn lock_held_by_the_caller_is_not_awaited() {
    let state = Mutex::new(vec![1, 2]);
    let guard = state.lock().unwrap();
    let span = only_span(|| assert!(!reads(&state)));
    assert_eq!(attribute(&span, "input.value"), "<locked>");
    drop(guard);
    let (shared, held) = (Arc::new(RwLock::new(vec![1])), Mutex::new(1));
    let _guards = (shared.write().unwrap(), held.lock().unwrap());
    let span = only_span(|| assert!(!shares(Arc::clone(&shared), Some(&held))));
    let expected = r#"{"state":"<locked>","optional":"<locked>"}"#;
    assert_eq!(attribute(&span, "input.value"), expected);
}

#[test]
fn free_lock_shows_its_value() {
    let state = Mutex::new(vec![1, 2]);
    let span = only_span(|| assert!(reads(&state)));
    assert_eq!(attribute(&span, "input.value"), "[1,2]");
    let _ = std::panic::catch_unwind(|| {
        let _guard = state.lock();
        panic!("poisons the lock");
    });
    let span = only_span(|| assert!(!reads(&state)));
    assert_eq!(attribute(&span, "input.value"), "[1,2]");
}

#[derive(Serialize)]
struct State {
    name: &'static str,
    items: Mutex<Vec<u32>>,
    optional: Option<RwLock<u32>>,
    shared: Vec<Arc<Mutex<u32>>>,
}

#[chain]
fn reads_inside(state: &State) -> bool {
    state.items.try_lock().is_ok()
}

#[test]
fn lock_inside_another_value_is_not_awaited() {
    let state = State {
        name: "s",
        items: Mutex::default(),
        optional: Some(RwLock::default()),
        shared: vec![Arc::default(), Arc::default()],
    };
    let _items = state.items.lock().unwrap();
    let _optional = state.optional.as_ref().unwrap().write().unwrap();
    let _shared = state.shared[1].lock().unwrap();
    let span = only_span(|| assert!(!reads_inside(&state)));
    let expected =
        r#"{"name":"s","items":"<lock>","optional":"<lock>","shared":["<lock>","<lock>"]}"#;
    assert_eq!(attribute(&span, "input.value"), expected);
}

#[test]
fn lock_without_serialize_shows_its_debug() {
    #[derive(Debug)]
    struct Opaque(#[expect(dead_code, reason = "shown by Debug")] u8);
    #[chain]
    fn holds(state: &Mutex<Opaque>) {
        let _ = state;
    }
    let state = Mutex::new(Opaque(1));
    let _guard = state.lock().unwrap();
    let span = only_span(|| holds(&state));
    assert!(attribute(&span, "input.value").contains("<locked>"));
}

/// A newtype that wraps itself endlessly.
struct Newtype;

impl Serialize for Newtype {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct("Newtype", self)
    }
}

/// A `Some` that wraps itself endlessly.
struct Always;

impl Serialize for Always {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_some(self)
    }
}

/// A value that contains itself, as the derived `Debug` of a cycle shows it.
struct Circle;

impl Debug for Circle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Circle").field("next", self).finish()
    }
}

#[test]
fn serialize_recursing_through_wrappers_is_cut() {
    #[chain]
    fn takes(newtype: Newtype, always: Always) {
        let _ = (newtype, always);
    }
    let span = only_span(|| takes(Newtype, Always));
    let cut = "… [deeper than is recorded]";
    let expected = format!(r#"{{"newtype":"{cut}","always":"{cut}"}}"#);
    assert_eq!(attribute(&span, "input.value"), expected);
}

#[test]
fn debug_recursing_without_end_is_cut() {
    #[chain]
    fn takes(circle: Circle) {
        let _ = circle;
    }
    let span = only_span(|| takes(Circle));
    let input = attribute(&span, "input.value");
    assert!(input.starts_with("Circle { next: Circle { next: "), "{input}");
    assert!(input.ends_with("… [deeper than is recorded]") && input.len() < LIMIT, "{input}");
}

/// An error that is its own source.
#[derive(Debug)]
struct Endless(usize);

impl Display for Endless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&"x".repeat(self.0))
    }
}

impl Error for Endless {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self)
    }
}

/// The attributes of the `exception` event.
fn exception(span: &SpanData, key: &str) -> String {
    let event = span.events.iter().find(|event| event.name == "exception").unwrap();
    let found = event.attributes.iter().find(|attribute| attribute.key.as_str() == key);
    found.unwrap().value.to_string()
}

#[test]
fn circular_chain_of_errors_is_cut() {
    #[chain]
    fn fails(length: usize) -> Result<(), Endless> {
        Err(Endless(length))
    }
    let span = only_span(|| drop(fails(3)));
    let lines = exception(&span, "exception.stacktrace");
    assert_eq!((lines.lines().count(), lines.lines().nth(1)), (64, Some("caused by 2: xxx")));
    let span = only_span(|| drop(fails(40 << 20)));
    for key in ["exception.message", "exception.stacktrace"] {
        let text = exception(&span, key);
        assert!(text.len() <= LIMIT && text.ends_with(" bytes missing]"), "{key}: {}", text.len());
    }
}

#[test]
fn huge_panic_message_is_truncated() {
    #[chain]
    fn panics(length: usize) {
        std::panic::panic_any("x".repeat(length));
    }
    let span = only_span(|| {
        let payload = std::panic::catch_unwind(|| panics(40 << 20)).unwrap_err();
        assert_eq!(payload.downcast_ref::<String>().unwrap().len(), 40 << 20);
    });
    let message = exception(&span, "exception.message");
    assert!(message.len() <= LIMIT && message.ends_with(" bytes missing]"), "{}", message.len());
    assert!(exception(&span, "exception.stacktrace").starts_with("at "));
    let Status::Error { description } = &span.status else { panic!("an error") };
    assert!(description.len() <= LIMIT);
}

#[test]
fn huge_attributes_set_by_hand_cost_no_span() {
    const HUGE: usize = 300 << 20;
    #[chain]
    fn sets() {
        current_span().set_attribute("by.macro.crate", "x".repeat(HUGE));
        let context = Context::current();
        context.span().set_attribute(KeyValue::new("by.opentelemetry", "y".repeat(HUGE)));
        let attribute = KeyValue::new("in.event", "z".repeat(HUGE));
        current_span().add_event("huge", [attribute]);
    }
    let span = only_span(sets);
    let event = span.events.iter().find(|event| event.name == "huge").unwrap();
    let in_event = event.attributes[0].value.to_string();
    for text in [attribute(&span, "by.macro.crate"), attribute(&span, "by.opentelemetry"), in_event]
    {
        assert!(text.len() <= LIMIT && text.ends_with(" bytes missing]"), "{}", text.len());
    }
}

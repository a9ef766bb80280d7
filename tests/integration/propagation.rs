//! Traces that cross the border of a process: headers, messages and child processes.

use axum::http::{HeaderMap, HeaderValue};
use integration_tests::delivery::{ENDPOINT, env_of_parent};
use integration_tests::{InMemoryExporter, Program, Receiver, child, is_child};
use std::collections::{BTreeMap, HashMap};
use std::process::Command;
use trace_runtime::opentelemetry::baggage::BaggageExt;
use trace_runtime::opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceId};
use trace_runtime::opentelemetry::{Context, KeyValue, global};
use trace_runtime::opentelemetry_sdk::propagation::BaggagePropagator;
use trace_runtime::opentelemetry_sdk::trace::{SdkTracerProvider, SpanData};
use trace_runtime::propagation::{
    extract, extract_from_headers, inject, inject_into_command, inject_into_headers,
};
use trace_runtime::scope::{using_baggage, using_session};
use trace_runtime::{Registration, agent, chain, current_span, register, tool};

const SAMPLED: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const UNSAMPLED: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

type Message = BTreeMap<String, String>;

fn injected() -> Message {
    let mut message = Message::new();
    inject(|name, value| {
        message.insert(name.to_owned(), value.to_owned());
    });
    message
}

fn message<const N: usize>(fields: [(&str, &str); N]) -> Message {
    fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

fn headers<const N: usize>(fields: [(&'static str, &'static str); N]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        headers.append(name, HeaderValue::from_static(value));
    }
    headers
}

/// Returns the value of `traceparent` for a sampled span.
fn trace_parent(span: &SpanContext) -> String {
    format!("00-{}-{}-01", span.trace_id(), span.span_id())
}

#[agent]
fn send() -> (SpanContext, Message) {
    (current_span().span_context(), injected())
}

#[tool(parent = extract(|name| message.get(name)))]
fn receive(message: &Message) -> Message {
    injected()
}

#[tool(parent = extract_from_headers(headers), skip(headers))]
fn handle(headers: &HeaderMap) -> SpanContext {
    current_span().span_context()
}

fn span<'a>(spans: &'a [SpanData], name: &str) -> &'a SpanData {
    spans.iter().find(|span| span.name == name).expect("a span of this name")
}

#[test]
fn message_makes_the_receiver_a_child_of_the_sender() {
    let program = Program::start();
    let (sender, message) = send();
    assert_eq!(message, BTreeMap::from([("traceparent".to_owned(), trace_parent(&sender))]));
    receive(&message);
    let spans = program.spans();
    let received = span(&spans, "receive");
    assert_eq!(received.span_context.trace_id(), sender.trace_id());
    assert_eq!(received.parent_span_id, sender.span_id());
    assert!(received.parent_span_is_remote);
}

#[test]
fn trace_state_and_baggage_are_passed_on() {
    let program = Program::start();
    let fields = [("traceparent", SAMPLED), ("tracestate", "vendor=1"), ("baggage", "k=v%20w")];
    let passed_on = receive(&message(fields));
    let span = current_span_of(&program);
    let expected = [
        ("traceparent", &*trace_parent(&span.span_context)),
        ("tracestate", "vendor=1"),
        ("baggage", "k=v%20w"),
    ];
    assert_eq!(passed_on, message(expected));
}

fn current_span_of(program: &Program) -> SpanData {
    program.spans().pop().expect("a span")
}

#[test]
fn invalid_and_missing_fields_leave_the_current_span_as_the_parent() {
    #[chain]
    fn serve(requests: &[Message]) {
        for request in requests {
            receive(request);
        }
    }
    let program = Program::start();
    let too_long = format!("{SAMPLED}-{}", "x".repeat(100_000));
    serve(&[
        Message::new(),
        message([("traceparent", "garbage")]),
        message([("traceparent", "00-7-8-01")]),
        message([("traceparent", &too_long)]),
        message([("tracestate", "vendor=1"), ("baggage", ";;;=,")]),
    ]);
    let spans = program.spans();
    let serve = span(&spans, "serve");
    let received: Vec<_> = spans.iter().filter(|span| span.name == "receive").collect();
    assert_eq!(received.len(), 5);
    for span in received {
        assert_eq!(span.parent_span_id, serve.span_context.span_id(), "{span:?}");
        assert!(!span.parent_span_is_remote);
    }
}

#[test]
fn headers_are_replaced_as_a_whole_and_read_when_split() {
    let program = Program::start();
    // The headers of an incoming request, which are forwarded.
    let mut forwarded =
        headers([("traceparent", UNSAMPLED), ("tracestate", "old=1"), ("accept", "*/*")]);
    #[agent]
    fn forward(headers: &mut HeaderMap) -> SpanContext {
        inject_into_headers(headers);
        current_span().span_context()
    }
    let sender = forward(&mut forwarded);
    assert_eq!(forwarded.len(), 2, "{forwarded:?}");
    assert_eq!(forwarded["traceparent"], trace_parent(&sender));
    assert_eq!(handle(&forwarded).trace_id(), sender.trace_id());

    let mut split = headers([("traceparent", SAMPLED), ("tracestate", "a=1"), ("baggage", "x=1")]);
    split.append("tracestate", HeaderValue::from_static("b=2"));
    split.append("baggage", HeaderValue::from_static("y=2"));
    let context = extract_from_headers(&split);
    assert_eq!(context.baggage().len(), 2);
    assert_eq!(context.span().span_context().trace_state().header(), "a=1,b=2");
    drop(program);
}

#[test]
fn propagated_session_arrives_only_when_asked_for() {
    #[tool(parent = context, skip(context))]
    fn serve(context: Context) {
        quiet();
        using_baggage().in_scope(asked);
    }
    #[chain]
    fn quiet() {}
    #[chain]
    fn asked() {}
    let program = Program::start();
    let private = using_session("private").in_scope(send).1;
    assert!(!private.contains_key("baggage"), "{private:?}");
    let (_, message) = using_session("s").user("ada lovelace").propagated().in_scope(send);
    serve(extract(|name| message.get(name)));
    let spans = program.spans();
    let value = |span: &SpanData, key: &str| {
        let found = span.attributes.iter().find(|attribute| attribute.key.as_str() == key);
        found.map(|attribute| attribute.value.to_string())
    };
    for name in ["serve", "quiet"] {
        assert_eq!(value(span(&spans, name), "session.id"), None);
    }
    assert_eq!(value(span(&spans, "asked"), "session.id").as_deref(), Some("s"));
    assert_eq!(value(span(&spans, "asked"), "user.id").as_deref(), Some("ada lovelace"));
}

/// Serves a message with this baggage, and returns the session and the user of the span.
fn session_and_user(baggage: &str, own: Option<&str>) -> [Option<String>; 2] {
    let program = Program::start_with(|builder| builder.session_from_baggage(true));
    let message = message([("traceparent", SAMPLED), ("baggage", baggage)]);
    match own {
        None => receive(&message),
        Some(own) => using_session(own).in_scope(|| receive(&message)),
    };
    ["session.id", "user.id"].map(|key| program.attribute("receive", key))
}

#[test]
fn received_session_and_user_are_taken_when_the_registration_asks_for_them() {
    let some = |text: &str| Some(text.to_owned());
    let both = "session.id=s%201,user.id=ada,metadata=%7B%22a%22:1%7D";
    assert_eq!(session_and_user(both, None), [some("s 1"), some("ada")]);
    assert_eq!(session_and_user(both, Some("own")), [some("own"), some("ada")]);
    let long = format!("session.id={},user.id=ada", "x".repeat(257));
    assert_eq!(session_and_user(&long, None), [None, some("ada")]);
    assert_eq!(session_and_user("session.id=a%0Ab", None), [None, None]);
    assert_eq!(session_and_user("other=1", None), [None, None]);
}

#[test]
fn unsampled_caller_records_nothing_and_is_passed_on() {
    let program = Program::start();
    let fields = message([("traceparent", UNSAMPLED), ("tracestate", "vendor=1")]);
    assert_eq!(receive(&fields), fields);
    handle(&headers([("traceparent", UNSAMPLED)]));
    assert_eq!(program.tree(), "");
}

#[test]
fn sampled_caller_is_followed_whatever_the_ratio() {
    let program = Program::start_with(|builder| builder.sample_ratio(0.0));
    handle(&headers([("traceparent", SAMPLED)]));
    send();
    let spans = program.spans();
    assert_eq!(spans.len(), 1);
    assert_eq!(spans[0].parent_span_id.to_string(), "b7ad6b7169203331");
}

#[tool(parent = extract_from_headers(headers), skip(headers))]
fn handle_later(headers: &HeaderMap) -> impl Future<Output = SpanContext> + use<> {
    let _ = headers;
    async { current_span().span_context() }
}

/// Asserts that a span began its own trace, with a link to the remote parent.
fn assert_linked(span: &SpanData) {
    let remote = TraceId::from_hex("0af7651916cd43dd8448eb211c80319c").unwrap();
    assert_ne!(span.span_context.trace_id(), remote);
    assert_eq!(span.parent_span_id, SpanId::INVALID);
    let [link] = &span.links.links[..] else { panic!("one link: {span:?}") };
    assert_eq!(link.span_context.trace_id(), remote);
    assert_eq!(link.span_context.span_id().to_string(), "b7ad6b7169203331");
}

#[chain(parent = parent)]
fn serve_below(parent: Context) {
    send();
}

#[test]
fn ignored_remote_parent_becomes_a_link() {
    let program = Program::start_with(|builder| builder.ignore_remote_parent(true));
    handle(&headers([("traceparent", SAMPLED)]));
    handle(&headers([("traceparent", UNSAMPLED), ("tracestate", "vendor=1")]));
    integration_tests::block_on(handle_later(&headers([("traceparent", UNSAMPLED)])));
    let spans = program.spans();
    assert_eq!(spans.len(), 3, "the caller does not decide about sampling");
    for span in &spans {
        assert_linked(span);
        assert_eq!(span.span_context.trace_state().header(), "");
    }
}

#[test]
fn ignored_remote_parent_changes_neither_children_nor_local_parents() {
    let program = Program::start_with(|builder| builder.ignore_remote_parent(true));
    serve_below(extract(|name| (name == "traceparent").then_some(SAMPLED)));
    let spans = program.spans();
    let (serve, send) = (span(&spans, "serve_below"), span(&spans, "send"));
    assert_linked(serve);
    assert_eq!(send.parent_span_id, serve.span_context.span_id());
    assert!(send.links.links.is_empty());
}

/// Installs a registration on a provider whose spans are kept.
fn attached(
    configure: impl FnOnce(trace_runtime::Builder) -> trace_runtime::Builder,
) -> (Registration, InMemoryExporter) {
    let exporter = InMemoryExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    (configure(register().provider(provider)).install().unwrap(), exporter)
}

#[test]
fn attached_provider_leaves_the_propagator_unless_asked() {
    let _lock = Program::lock();
    let (registration, _) = attached(|builder| builder);
    assert_eq!(send().1, Message::new());
    drop(registration);
    let (registration, exporter) = attached(|builder| builder.propagators(true));
    assert_eq!(send().1.len(), 1);
    handle(&headers([("traceparent", SAMPLED)]));
    drop(registration);
    assert_eq!(exporter.spans()[1].parent_span_id.to_string(), "b7ad6b7169203331");
    assert_eq!(injected(), Message::new());
}

#[test]
fn attached_provider_links_to_an_ignored_remote_parent() {
    let _lock = Program::lock();
    let (registration, exporter) =
        attached(|builder| builder.propagators(true).ignore_remote_parent(true));
    handle(&headers([("traceparent", SAMPLED)]));
    drop(registration);
    assert_linked(&exporter.spans()[0]);
}

#[test]
fn propagator_is_set_with_the_global_provider_and_reset_at_shutdown() {
    let fields_sent = || {
        let context = using_session("s").propagated().context();
        let _attached = context.attach();
        send().1.into_keys().collect::<Vec<_>>()
    };
    {
        let program = Program::start();
        assert_eq!(fields_sent(), ["baggage", "traceparent"]);
        program.registration.shutdown().unwrap();
        assert!(fields_sent().is_empty());
    }
    {
        let _program = Program::start_with(|builder| builder.set_global_tracer_provider(false));
        assert!(fields_sent().is_empty());
    }
    {
        let builder = |builder: trace_runtime::Builder| {
            builder.set_global_tracer_provider(false).propagators(true)
        };
        let _program = Program::start_with(builder);
        assert_eq!(fields_sent(), ["baggage", "traceparent"]);
    }
    let _lock = Program::lock();
    assert!(fields_sent().is_empty());
}

#[test]
fn propagator_of_the_program_is_kept_unless_replaced_explicitly() {
    // The propagator is global, so this test runs alone in a child process.
    if !is_child() {
        let name = "propagation::propagator_of_the_program_is_kept_unless_replaced_explicitly";
        let output = child(name).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        return;
    }
    global::set_text_map_propagator(BaggagePropagator::new());
    let _attached = Context::current_with_baggage([KeyValue::new("k", "v")]).attach();
    let own = message([("baggage", "k=v")]);
    for is_explicit in [false, true] {
        let configure = |builder: trace_runtime::Builder| {
            if is_explicit { builder.propagators(false) } else { builder }
        };
        let program = Program::start_with(configure);
        assert_eq!(send().1, own);
        program.registration.shutdown().unwrap();
        assert_eq!(send().1, own);
    }
    let program = Program::start_with(|builder| builder.propagators(true));
    assert_eq!(send().1.len(), 2);
    program.registration.shutdown().unwrap();
    assert_eq!(send().1, Message::new());
}

#[test]
fn propagators_variable_selects_the_fields() {
    if is_child() {
        let _program = Program::start();
        let _attached = Context::current_with_baggage([KeyValue::new("k", "v")]).attach();
        let fields: Vec<_> = send().1.into_keys().collect();
        assert_eq!(fields.join(" "), env_of_parent("TEST_FIELDS"));
        return;
    }
    for (list, fields) in [
        ("tracecontext", "traceparent"),
        ("baggage", "baggage"),
        ("baggage, tracecontext,baggage", "baggage traceparent"),
        ("none", ""),
    ] {
        let mut command = child("propagation::propagators_variable_selects_the_fields");
        let output = command.env("OTEL_PROPAGATORS", list).env("TEST_FIELDS", fields).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{list}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn disabled_service_passes_on_its_callers_span() {
    if is_child() {
        let _registration = register().install().unwrap();
        let fields = message([("traceparent", SAMPLED), ("tracestate", "vendor=1")]);
        let _attached = extract(|name| fields.get(name)).attach();
        assert_eq!(send().1, fields);
        return;
    }
    let mut command = child("propagation::disabled_service_passes_on_its_callers_span");
    let output = command.env("OTEL_SDK_DISABLED", "true").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[agent]
fn start_worker(command: &mut Command) -> SpanContext {
    inject_into_command(command);
    assert!(command.status().unwrap().success());
    current_span().span_context()
}

#[tool]
fn work() -> Message {
    part();
    injected()
}

#[chain]
fn part() {}

#[chain(root)]
fn apart() {}

#[test]
fn child_process_joins_the_trace_of_its_parent() {
    if is_child() {
        let builder = register().verbose(false).endpoint(env_of_parent(ENDPOINT));
        let _registration = builder.parent_from_environment().install().unwrap();
        std::thread::spawn(work).join().unwrap();
        apart();
        return;
    }
    let receiver = Receiver::http();
    let _lock = Program::lock();
    let registration = register().verbose(false).endpoint(receiver.endpoint()).install().unwrap();
    let mut command = child("propagation::child_process_joins_the_trace_of_its_parent");
    let caller = start_worker(command.env(ENDPOINT, receiver.endpoint()));
    registration.shutdown().unwrap();
    let spans = receiver.spans();
    let named = |name: &str| spans.iter().find(|span| span.name == name).expect("a span");
    let (start, work) = (named("start_worker"), named("work"));
    assert_eq!(start.span_id, caller.span_id().to_bytes());
    assert_eq!(work.parent_span_id, start.span_id);
    assert_eq!(named("part").parent_span_id, work.span_id);
    assert!([work, named("part")].iter().all(|span| span.trace_id == start.trace_id));
    assert_ne!(named("apart").trace_id, start.trace_id);
}

#[test]
fn environment_of_a_child_has_the_current_span_only() {
    let _program = Program::start();
    let environment = |command: &Command| -> HashMap<String, Option<String>> {
        let text = |text: &std::ffi::OsStr| text.to_string_lossy().into_owned();
        command.get_envs().map(|(name, value)| (text(name), value.map(text))).collect()
    };
    let mut outside = Command::new("worker");
    inject_into_command(&mut outside);
    assert!(environment(&outside).is_empty(), "the child inherits the variables");

    #[agent]
    fn prepare(command: &mut Command) -> SpanContext {
        inject_into_command(command);
        current_span().span_context()
    }
    let mut inside = Command::new("worker");
    inside.env("TRACESTATE", "old=1");
    let span = using_session("s").propagated().in_scope(|| prepare(&mut inside));
    let expected = [
        ("TRACEPARENT".to_owned(), Some(trace_parent(&span))),
        ("TRACESTATE".to_owned(), None),
        ("BAGGAGE".to_owned(), Some("session.id=s".to_owned())),
    ];
    assert_eq!(environment(&inside), HashMap::from(expected));
}

/// Rows of `TRACEPARENT`, `TRACESTATE`, and the parent of the child's span; `none` if the child
/// records nothing.
const PARENTS: &[(&str, &str, &str)] = &[
    (SAMPLED, "vendor=1", "b7ad6b7169203331"),
    (UNSAMPLED, "vendor=1", "none"),
    ("garbage", "vendor=1", "0000000000000000"),
    ("", "", "0000000000000000"),
];

#[test]
fn parent_in_the_environment_is_followed() {
    if is_child() {
        let program = Program::start_with(trace_runtime::Builder::parent_from_environment);
        let sent = work();
        let spans = program.spans();
        let parent = spans.iter().find(|span| span.name == "work");
        let parent = parent.map_or("none".to_owned(), |span| span.parent_span_id.to_string());
        assert_eq!(parent, env_of_parent("TEST_PARENT"));
        if parent == "none" {
            assert_eq!(sent, message([("traceparent", UNSAMPLED), ("tracestate", "vendor=1")]));
        }
        let later = integration_tests::block_on(handle_later(&HeaderMap::new()));
        let is_remote_trace = later.trace_id().to_string() == SAMPLED[3..35];
        assert_eq!(is_remote_trace, parent != SpanId::INVALID.to_string());
        return;
    }
    for (trace_parent, trace_state, parent) in PARENTS {
        let mut command = child("propagation::parent_in_the_environment_is_followed");
        command.env("TRACEPARENT", trace_parent).env("TRACESTATE", trace_state);
        let output = command.env("TEST_PARENT", parent).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{trace_parent}: {stderr}");
    }
}

#[test]
fn parent_in_the_environment_is_not_read_unasked() {
    if is_child() {
        let program = Program::start();
        work();
        assert!(program.spans().iter().all(|span| !span.parent_span_is_remote));
        return;
    }
    let mut command = child("propagation::parent_in_the_environment_is_not_read_unasked");
    let output = command.env("TRACEPARENT", SAMPLED).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

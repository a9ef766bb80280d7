//! Scopes: session, user, metadata, tags and prompt template for all spans inside.

use futures_util::StreamExt;
use integration_tests::{InMemoryExporter, Program, block_on, block_on_threads};
use trace_runtime::opentelemetry::baggage::BaggageExt;
use trace_runtime::opentelemetry::trace::{Span, Tracer};
use trace_runtime::opentelemetry::{Context, KeyValue, global};
use trace_runtime::opentelemetry_sdk::trace::SdkTracerProvider;
use trace_runtime::record::{Json, PromptTemplate};
use trace_runtime::{
    InCurrentSpan, chain, current_span, llm, register,
    scope::{
        suppress_tracing, using_baggage, using_metadata, using_prompt_template, using_session,
        using_tags, using_user,
    },
};

const KEYS: [&str; 5] =
    ["session.id", "user.id", "metadata", "tag.tags", "llm.prompt_template.template"];

/// Returns one line per span, sorted: its name and its scope attributes, `name: value | value`.
fn scope_attributes(program: &Program) -> Vec<String> {
    let mut lines: Vec<String> = program
        .spans()
        .iter()
        .map(|span| {
            let values = KEYS.iter().filter_map(|key| {
                let mut found = span.attributes.iter().filter(|kv| kv.key.as_str() == *key);
                let value = found.next().map(|kv| kv.value.to_string());
                assert!(found.next().is_none(), "{key} is set twice");
                value
            });
            format!("{}: {}", span.name, values.collect::<Vec<_>>().join(" | "))
        })
        .collect();
    lines.sort();
    lines
}

#[chain]
fn inner() {}

#[chain]
fn outer() {
    inner();
}

#[llm]
async fn later() {
    tokio::task::yield_now().await;
    inner();
}

#[test]
fn attributes_apply_inside_the_scope_only() {
    let program = Program::start();
    using_session("s").user("u").metadata("k", 1).tags(["t"]).in_scope(outer);
    inner();
    assert_eq!(
        scope_attributes(&program),
        ["inner: ", r#"inner: s | u | {"k":1} | ["t"]"#, r#"outer: s | u | {"k":1} | ["t"]"#],
    );
}

#[test]
fn nested_scopes_merge_and_the_inner_wins() {
    let program = Program::start();
    let template = PromptTemplate::new("Where is {city}?").variables(Json::from_text("{}"));
    let outer_scope = using_metadata("a", 1).metadata("b", 1).tags(["x"]).session("outer");
    outer_scope.in_scope(|| {
        using_metadata("b", 2).tags(["y", "x"]).session("inner").in_scope(inner);
        using_prompt_template(template).session("").in_scope(inner);
    });
    assert_eq!(
        scope_attributes(&program),
        [
            r#"inner: inner | {"a":1,"b":2} | ["x","y"]"#,
            r#"inner: outer | {"a":1,"b":1} | ["x"] | Where is {city}?"#,
        ],
    );
}

#[chain(attributes("session.id" = "own", metadata = "{}"))]
fn explicit() {
    current_span().set_attribute("user.id", "by hand");
}

#[test]
fn attributes_of_the_span_win_over_the_scope() {
    let program = Program::start();
    using_session("s").user("u").metadata("k", 1).in_scope(explicit);
    assert_eq!(scope_attributes(&program), ["explicit: own | by hand | {}"]);
}

#[test]
fn scope_follows_futures_streams_and_tasks() {
    let program = Program::start();
    block_on_threads(async {
        using_session("future").bind(later()).await;
        using_session("task")
            .bind(async { tokio::spawn(later().in_current_span()).await })
            .await
            .unwrap();
        let stream = futures_util::stream::once(later());
        using_session("stream").bind(stream).for_each(|()| async { inner() }).await;
    });
    assert_eq!(
        scope_attributes(&program),
        [
            "inner: ",
            "inner: future",
            "inner: stream",
            "inner: task",
            "later: future",
            "later: stream",
            "later: task",
        ],
    );
}

#[chain(session = &request.0, user = request.1, root)]
async fn handle(request: (String, Option<u32>)) {
    later().await;
}

#[chain(session = conversation)]
fn converse(conversation: &str) -> impl Future<Output = ()> {
    let _ = conversation;
    later()
}

#[test]
fn session_and_user_options_apply_to_descendants() {
    let program = Program::start();
    block_on(async {
        handle(("a".to_owned(), Some(7))).await;
        handle(("b".to_owned(), None)).await;
        converse("c").await;
    });
    assert_eq!(
        scope_attributes(&program),
        [
            "converse: c",
            "handle: a | 7",
            "handle: b",
            "inner: a | 7",
            "inner: b",
            "inner: c",
            "later: a | 7",
            "later: b",
            "later: c",
        ],
    );
}

#[test]
fn scope_applies_to_spans_of_other_instrumentation() {
    let program = Program::start();
    using_session("s").user("u").in_scope(|| {
        let tracer = global::tracer("other");
        tracer.start("plain").end();
        tracer
            .span_builder("given")
            .with_attributes([KeyValue::new("user.id", "own")])
            .start(&tracer)
            .end();
    });
    let mut given = scope_attributes(&program);
    assert_eq!(given.pop().as_deref(), Some("plain: s | u"));
    assert_eq!(given, ["given: s | own"]);
}

#[test]
fn scope_applies_with_an_attached_provider() {
    let _lock = Program::lock();
    let exporter = InMemoryExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let registration = register().provider(provider).install().unwrap();
    using_user("u").in_scope(inner);
    drop(registration);
    let span = &exporter.spans()[0];
    assert!(span.attributes.contains(&KeyValue::new("user.id", "u")), "{:?}", span.attributes);
}

#[test]
fn baggage_is_opt_in_for_writing_and_reading() {
    let program = Program::start();
    let quiet = using_session("quiet").context();
    assert_eq!(quiet.baggage().len(), 0);
    let sent = using_session("s").user("u").metadata("k", "v").tags(["t"]).propagated().context();
    let received = Context::new().with_baggage(
        sent.baggage()
            .into_iter()
            .map(|(key, (value, metadata))| {
                opentelemetry_baggage(key.to_string(), value.to_string(), metadata.to_string())
            })
            .collect::<Vec<_>>(),
    );
    let _attached = received.attach();
    inner();
    using_baggage().in_scope(inner);
    assert_eq!(scope_attributes(&program), ["inner: ", r#"inner: s | u | {"k":"v"} | ["t"]"#]);
}

fn opentelemetry_baggage(
    key: String,
    value: String,
    metadata: String,
) -> trace_runtime::opentelemetry::baggage::KeyValueMetadata {
    trace_runtime::opentelemetry::baggage::KeyValueMetadata::new(key, value, metadata.as_str())
}

#[test]
fn suppressed_scope_records_no_spans() {
    let program = Program::start();
    suppress_tracing().in_scope(|| {
        outer();
        global::tracer("other").start("plain").end();
    });
    block_on(suppress_tracing().bind(later()));
    using_tags(["t"]).in_scope(inner);
    assert_eq!(scope_attributes(&program), [r#"inner: ["t"]"#]);
}

#[chain(parent = Context::new())]
fn elsewhere() {}

#[chain(parent = context, skip(context))]
fn placed(context: Context) {
    let _ = context;
}

#[test]
fn explicit_parent_keeps_the_scope() {
    let program = Program::start();
    suppress_tracing().in_scope(elsewhere);
    using_session("s").in_scope(elsewhere);
    let other = using_session("other").context();
    using_session("s").in_scope(|| placed(other));
    assert_eq!(scope_attributes(&program), ["elsewhere: s", "placed: other"]);
}

//! The spans of tools, with and without an annotation.

use crate::servers::{Weather, ask};
use integration_tests::{InMemoryExporter, Program, block_on, tree};
use rmcp::model::CallToolRequestParams;
use rmcp::service::RunningService;
use rmcp::{RoleClient, ServiceExt};
use trace_rmcp::{InCurrentTrace, Traced};
use trace_runtime::opentelemetry::Context;
use trace_runtime::opentelemetry_sdk::trace::SdkTracerProvider;
use trace_runtime::propagation::extract;
use trace_runtime::register;
use trace_runtime::scope::using_session;

/// Returns a client of a server in the same process.
async fn connect() -> RunningService<RoleClient, ()> {
    let (ours, theirs) = tokio::io::duplex(1 << 16);
    tokio::spawn(async move {
        let server = Traced(Weather).serve(theirs).await.expect("a client");
        server.waiting().await
    });
    ().serve(ours).await.expect("a server")
}

/// Calls a tool, and returns the traces.
fn called(name: &'static str) -> String {
    let program = Program::start();
    block_on(async { ask(connect().await.peer(), name, "Oslo").await });
    program.tree()
}

#[test]
fn result_with_is_error_is_an_error() {
    assert_eq!(
        called("broken"),
        "ask [AGENT] ok in={\"name\":\"broken\",\"city\":\"Oslo\"}\n\
        \x20 tools/call broken [TOOL] error(tool_error: no station) in={\"city\":\"Oslo\"} out=no station\n\
        \x20   !exception | tool_error | no station\n"
    );
}

#[test]
fn error_of_the_protocol_is_an_error_without_a_result() {
    let tree = called("rejecting");
    let span = "  tools/call rejecting [TOOL] error(ErrorData: -32602: unknown city) in=";
    assert!(tree.contains(span), "{tree}");
}

#[test]
fn annotated_tool_is_the_span_of_the_call() {
    assert_eq!(
        called("annotated"),
        "ask [AGENT] ok in={\"name\":\"annotated\",\"city\":\"Oslo\"}\n\
        \x20 annotated [TOOL] ok in={\"city\":\"Oslo\"} out=sun in Oslo\n\
        \x20   check [CHAIN] ok in=Oslo\n\
        \x20   look_up [CHAIN] ok in=Oslo out=sun in Oslo\n\
        \x20   check [CHAIN] ok in=sun in Oslo\n"
    );
}

#[test]
fn annotated_tool_keeps_the_attributes_of_both() {
    let program = Program::start();
    block_on(async { ask(connect().await.peer(), "annotated", "Oslo").await });
    let attribute = |key| program.attribute("annotated", key);
    assert_eq!(attribute("mcp.method.name").as_deref(), Some("tools/call"));
    assert_eq!(attribute("tool.name").as_deref(), Some("annotated"));
    assert_eq!(attribute("station").as_deref(), Some("north"));
    assert!(attribute("code.function.name").is_some_and(|name| name.ends_with("annotated")));
    assert!(attribute("jsonrpc.request.id").is_some());
}

#[test]
fn annotated_tool_whose_result_is_an_error_is_an_error() {
    assert_eq!(
        called("failing"),
        "ask [AGENT] ok in={\"name\":\"failing\",\"city\":\"Oslo\"}\n\
        \x20 failing [TOOL] error(tool_error: no station) in={} out=no station\n\
        \x20   !exception | tool_error | no station\n"
    );
}

#[test]
fn annotated_tools_of_other_names_are_below_the_call() {
    assert_eq!(
        called("combined"),
        "ask [AGENT] ok in={\"name\":\"combined\",\"city\":\"Oslo\"}\n\
        \x20 tools/call combined [TOOL] ok in={\"city\":\"Oslo\"} out=sun in Oslosun in Rome\n\
        \x20   annotated [TOOL] ok in={\"city\":\"Oslo\"} out=sun in Oslo\n\
        \x20     look_up [CHAIN] ok in=Oslo out=sun in Oslo\n\
        \x20   annotated [TOOL] ok in={\"city\":\"Rome\"} out=sun in Rome\n\
        \x20     look_up [CHAIN] ok in=Rome out=sun in Rome\n"
    );
}

#[test]
fn attached_provider_exports_the_call_and_the_annotated_tool() {
    let _lock = Program::lock();
    let exporter = InMemoryExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let builder = register().verbose(false).provider(provider).propagators(true);
    let registration = builder.install().expect("a registration");
    block_on(async { ask(connect().await.peer(), "failing", "Oslo").await });
    drop(registration);
    assert_eq!(
        tree(&exporter.spans()),
        "ask [AGENT] ok in={\"name\":\"failing\",\"city\":\"Oslo\"}\n\
        \x20 tools/call failing [TOOL] error(tool_error: no station) in={\"city\":\"Oslo\"} out=no station\n\
        \x20   !exception | tool_error | no station\n\
        \x20   failing [TOOL] ok in={} out=no station\n"
    );
}

#[test]
fn unsampled_caller_records_nothing() {
    let program = Program::start();
    let caller = extract(|name| {
        let unsampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
        (name == "traceparent").then_some(unsampled)
    });
    block_on(async {
        let client = connect().await;
        for name in ["weather", "annotated", "broken"] {
            let arguments = serde_json::json!({"city": "Oslo"}).as_object().cloned();
            let request = CallToolRequestParams::new(name);
            let request = request.with_arguments(arguments.unwrap_or_default());
            let request = in_context(&caller, || request.in_current_trace());
            client.call_tool(request).await.expect("a result");
        }
    });
    assert_eq!(program.tree(), "");
}

fn in_context<T>(context: &Context, run: impl FnOnce() -> T) -> T {
    let _attached = context.clone().attach();
    run()
}

#[test]
fn parameters_carry_the_span_and_the_baggage_and_replace_another_span() {
    #[trace_runtime::agent(skip_all)]
    fn forward(request: CallToolRequestParams) -> CallToolRequestParams {
        request.in_current_trace()
    }

    let program = Program::start();
    let old = CallToolRequestParams::new("weather");
    let unchanged = old.clone().in_current_trace();
    assert_eq!(unchanged.meta, None);
    let mut old = old;
    rmcp::model::RequestParamsMeta::set_traceparent(&mut old, "old");
    rmcp::model::RequestParamsMeta::set_tracestate(&mut old, "old=1");
    let sent = using_session("s").propagated().in_scope(|| forward(old));
    let meta = sent.meta.expect("fields");
    let span = &program.spans()[0].span_context;
    let expected = format!("00-{}-{}-01", span.trace_id(), span.span_id());
    assert_eq!(meta.get_traceparent(), Some(&*expected));
    assert_eq!(meta.get_tracestate(), None);
    assert_eq!(meta.get_baggage(), Some("session.id=s"));
}

//! Tool calls by other processes, without an MCP library.

use integration_tests::{Program, block_on};
use std::collections::BTreeMap;
use std::pin::pin;
use std::task::Poll;
use trace_runtime::mcp::ToolCall;
use trace_runtime::opentelemetry::Context;
use trace_runtime::opentelemetry::context::FutureExt;
use trace_runtime::opentelemetry::trace::SpanKind;
use trace_runtime::{agent, chain, tool};

/// Returns a call of the tool `weather`.
fn call() -> Option<ToolCall> {
    ToolCall::begin("weather", &BTreeMap::from([("city", "Oslo")]), &Context::current())
}

fn in_call<T>(call: &ToolCall, run: impl FnOnce() -> T) -> T {
    let _attached = call.context().clone().attach();
    run()
}

#[tool]
fn weather(city: &str) -> Result<String, String> {
    match city {
        "" => Err("no city".to_owned()),
        city => Ok(inner(city)),
    }
}

#[chain]
fn inner(city: &str) -> String {
    format!("sun in {city}")
}

#[test]
fn call_without_an_annotated_tool_is_a_server_span() {
    let program = Program::start();
    let call = call().expect("it records");
    in_call(&call, || inner("Oslo"));
    call.end("sun");
    assert_eq!(
        program.tree(),
        "tools/call weather [TOOL] ok in={\"city\":\"Oslo\"} out=sun\n\
        \x20 inner [CHAIN] ok in=Oslo out=sun in Oslo\n"
    );
    assert_eq!(program.spans()[1].span_kind, SpanKind::Server);
    assert_eq!(program.attribute("tools/call weather", "tool.name").as_deref(), Some("weather"));
}

#[test]
fn nothing_is_recorded_without_a_registration() {
    let _lock = Program::lock();
    assert!(call().is_none());
}

#[test]
fn only_the_first_annotated_tool_is_the_call() {
    let program = Program::start();
    let call = call().expect("it records");
    in_call(&call, || {
        let _ = weather("Rome");
        let _ = weather("Bonn");
    });
    call.end("both");
    assert_eq!(
        program.tree(),
        "weather [TOOL] ok in={\"city\":\"Rome\"} out=sun in Rome\n\
        \x20 inner [CHAIN] ok in=Rome out=sun in Rome\n\
        \x20 weather [TOOL] ok in={\"city\":\"Bonn\"} out=sun in Bonn\n\
        \x20   inner [CHAIN] ok in=Bonn out=sun in Bonn\n"
    );
}

#[test]
fn annotated_tool_below_another_span_is_not_the_call() {
    #[chain(skip_all)]
    fn part() {
        let _ = weather("Rome");
    }
    let program = Program::start();
    let call = call().expect("it records");
    in_call(&call, part);
    call.end("done");
    let tree = program.tree();
    assert!(tree.starts_with("tools/call weather [TOOL] ok in="), "{tree}");
    assert!(tree.contains("\n    weather [TOOL] ok"), "{tree}");
}

#[test]
fn annotated_tool_decides_what_is_recorded() {
    #[tool(name = "weather", skip_all, skip_output)]
    fn private() -> &'static str {
        "secret"
    }
    let program = Program::start();
    let call = call().expect("it records");
    in_call(&call, private);
    call.end("secret");
    assert_eq!(program.tree(), "weather [TOOL] ok\n");
}

#[test]
fn error_of_the_annotated_tool_is_recorded_once() {
    let program = Program::start();
    let call = call().expect("it records");
    let error = in_call(&call, || weather("")).expect_err("no city");
    call.fail(&error);
    assert_eq!(
        program.tree(),
        "weather [TOOL] error(String: no city) in={\"city\":\"\"}\n\
        \x20 !exception | alloc::string::String | no city\n"
    );
}

#[test]
fn dropped_call_is_cancelled_once_and_delivered_once() {
    #[tool(name = "weather")]
    async fn hang() {
        std::future::pending::<()>().await;
    }
    #[agent(skip_all)]
    async fn dropped(annotated: bool) {
        let call = call().expect("it records");
        let context = call.context().clone();
        let handler = async { if annotated { hang().await } else { std::future::pending().await } };
        let _call = call;
        let mut handler = pin!(handler.with_context(context));
        std::future::poll_fn(|task| {
            assert!(handler.as_mut().poll(task).is_pending());
            Poll::Ready(())
        })
        .await;
    }
    let program = Program::start();
    block_on(dropped(false));
    block_on(dropped(true));
    assert_eq!(
        program.tree(),
        "dropped [AGENT] ok\n\
        \x20 tools/call weather [TOOL] unset in={\"city\":\"Oslo\"}\n\
        \x20   !cancelled\n\
        dropped [AGENT] ok\n\
        \x20 weather [TOOL] unset in={}\n\
        \x20   !cancelled\n"
    );
}

#[test]
fn annotated_tool_that_outlives_the_call_is_not_delivered_twice() {
    let program = Program::start();
    let (context, entered) = {
        let call = call().expect("it records");
        let context = call.context().clone();
        let future = context.clone();
        #[tool(name = "weather", skip_output)]
        async fn later(go_on: tokio::sync::oneshot::Receiver<()>) {
            let _ = go_on.await;
        }
        let (send, receive) = tokio::sync::oneshot::channel();
        let mut running = Box::pin(later(receive).with_context(future));
        block_on(std::future::poll_fn(|task| {
            assert!(running.as_mut().poll(task).is_pending());
            Poll::Ready(())
        }));
        call.end("at once");
        (send, running)
    };
    context.send(()).expect("it waits");
    block_on(entered);
    let spans = program.spans();
    assert_eq!(spans.len(), 1);
}

#[test]
fn hostile_name_is_truncated() {
    let program = Program::start();
    let call = ToolCall::begin(&"ü".repeat(100_000), &(), &Context::new()).expect("it records");
    call.end(&());
    assert_eq!(program.spans()[0].name.chars().count(), "tools/call ".len() + 128);
}

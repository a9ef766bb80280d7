//! Every adapter for `reqwest`, in every way in which a call can end.

use clients::{Billing, Call, RAW, Raw, Received, run_traced};
use futures_util::StreamExt;
use futures_util::future::join_all;
use integration_tests::{Program, block_on};
use serde_json::{Value, json};
use std::time::Duration;

fn request() -> Value {
    json!({ "model": "gpt-4o", "messages": [{ "role": "user", "content": "Hi" }] })
}

fn streaming() -> Value {
    let mut request = request();
    request["stream"] = true.into();
    request["stream_options"] = json!({ "include_usage": true });
    request
}

fn call(billing: &Billing, mode: &str, body: &Value) -> Call {
    let url = format!("{}/chat/completions?key=secret-key", billing.base(mode));
    Call { url, body: body.to_string(), timeout: None }
}

async fn send(adapter: Raw, call: Call) -> Received {
    (adapter.send)(call).await.unwrap_or_else(|error| panic!("{}: {error}", adapter.name))
}

/// Runs a test with each adapter, a server and a registration.
#[allow(clippy::needless_pass_by_value)] // closures are written at the call
fn for_each(test: impl AsyncFn(Raw, &Billing), check: impl Fn(&str, &Program)) {
    for adapter in RAW {
        let program = Program::start();
        block_on(async { test(adapter, &Billing::start().await).await });
        check(adapter.name, &program);
        assert!(!format!("{:?}", program.spans()).contains("secret"), "{}", adapter.name);
    }
}

#[track_caller]
fn assert_attributes(name: &str, program: &Program, expected: &[(&str, &str)]) {
    for (key, value) in expected {
        let found = program.attribute("chat gpt-4o", key);
        assert_eq!(found.as_deref(), Some(*value), "{name}: {key}");
    }
}

#[track_caller]
fn assert_tree(name: &str, program: &Program, parts: &[&str]) {
    let tree = program.tree();
    assert!(parts.iter().all(|part| tree.contains(part)), "{name}: {tree}");
    assert_eq!(program.spans().len(), 1, "{name}: {tree}");
}

#[test]
fn json_is_recorded() {
    let test = async |adapter, billing: &Billing| {
        let received = send(adapter, call(billing, "ok", &request())).await;
        assert_eq!(received.status, 200);
        assert!(received.text().await.expect("a body").contains("Hello"));
        assert_eq!(billing.header("traceparent"), [None]);
    };
    for_each(test, |name, program| {
        assert_tree(name, program, &["chat gpt-4o [LLM] ok"]);
        assert_attributes(
            name,
            program,
            &[
                ("llm.model_name", "gpt-4o"),
                ("llm.input_messages.0.message.content", "Hi"),
                ("llm.output_messages.0.message.content", "Hello"),
                ("llm.token_count.total", "11"),
                ("http.response.status_code", "200"),
                ("server.address", "127.0.0.1"),
            ],
        );
    });
}

#[test]
fn stream_is_recorded_and_ends_at_its_last_event() {
    let test = async |adapter, billing: &Billing| {
        let received = send(adapter, call(billing, "ok", &streaming())).await;
        // Clients stop reading at the last event.
        let mut body = received.body;
        let mut text = Vec::new();
        while !text.ends_with(b"[DONE]\n\n") {
            text.extend(body.next().await.expect("more").expect("a piece"));
        }
    };
    for_each(test, |name, program| {
        assert_tree(name, program, &["chat gpt-4o [LLM] ok"]);
        assert!(!program.tree().contains("!cancelled"), "{name}");
        assert_attributes(
            name,
            program,
            &[("llm.output_messages.0.message.content", "Hello"), ("llm.token_count.total", "11")],
        );
    });
}

#[test]
fn tools_and_their_calls_are_recorded() {
    let test = async |adapter, billing: &Billing| {
        let mut request = request();
        request["tools"] = json!([super::weather()]);
        send(adapter, call(billing, "ok", &request)).await.text().await.expect("a body");
    };
    for_each(test, |name, program| {
        let function = "llm.output_messages.0.message.tool_calls.0.tool_call.function";
        assert_attributes(
            name,
            program,
            &[
                (&format!("{function}.name"), "weather"),
                (&format!("{function}.arguments"), r#"{"city":"Oslo"}"#),
                ("llm.finish_reason", "tool_calls"),
            ],
        );
    });
}

/// Also as Phoenix returns it, if one is configured.
#[test]
fn call_of_each_adapter_is_shown_with_messages_tools_and_tokens() {
    for adapter in RAW {
        let spans = run_traced(async |base| {
            let body = json!({
                "model": "gpt-4o-mini",
                "tools": [super::weather()],
                "messages": [{ "role": "user", "content": "Weather in Oslo?" }],
            });
            let url = format!("{base}/chat/completions");
            let call = Call { url, body: body.to_string(), timeout: None };
            send(adapter, call).await.text().await?;
            Ok(())
        });
        spans.assert_tree("chat gpt-4o-mini [LLM]\n");
        let call = "llm.output_messages.0.message.tool_calls.0.tool_call";
        let expected = json!({
            "llm.model_name": "gpt-4o-mini",
            "llm.input_messages.0.message.content": "Weather in Oslo?",
            (format!("{call}.function.name")): "weather",
            (format!("{call}.function.arguments")): { "city": "Oslo" },
            "llm.tools.0.tool.json_schema": super::weather(),
            "llm.token_count.prompt": 3,
            "llm.token_count.completion": 2,
        });
        spans.assert_attributes("chat gpt-4o-mini", &[expected]);
    }
}

#[test]
fn error_status_is_an_error_with_the_servers_message() {
    for status in [400, 401, 429, 500] {
        let test = async |adapter, billing: &Billing| {
            let received = send(adapter, call(billing, &status.to_string(), &request())).await;
            assert_eq!(received.status, status);
            assert!(received.text().await.expect("a body").contains("not today"));
        };
        for_each(test, |name, program| {
            assert_tree(name, program, &[&format!("error(HTTP {status}: not today)")]);
        });
    }
}

#[test]
fn error_response_that_breaks_off_keeps_its_status() {
    let test = async |adapter, billing: &Billing| {
        let received = send(adapter, call(billing, "torn", &request())).await;
        assert_eq!(received.status, 500);
        billing.first_was_read();
        received.text().await.expect_err("the body breaks off");
    };
    for_each(test, |name, program| {
        assert_tree(name, program, &["[LLM] error(HTTP 500"]);
    });
}

#[test]
fn connection_that_is_reset_in_a_stream_is_an_error() {
    let test = async |adapter, billing: &Billing| {
        let mut body = send(adapter, call(billing, "reset", &streaming())).await.body;
        body.next().await.expect("more").expect("a piece");
        billing.first_was_read();
        body.next().await.expect("more").expect_err("a reset");
    };
    for_each(test, |name, program| {
        assert_tree(name, program, &["[LLM] error("]);
        assert_attributes(name, program, &[("llm.output_messages.0.message.content", "Hel")]);
    });
}

#[test]
fn stream_that_is_dropped_early_is_cancelled() {
    let test = async |adapter, billing: &Billing| {
        let mut body = send(adapter, call(billing, "endless", &streaming())).await.body;
        body.next().await.expect("more").expect("a piece");
    };
    for_each(test, |name, program| {
        assert_tree(name, program, &["[LLM] unset", "!cancelled"]);
        assert_attributes(name, program, &[("llm.output_messages.0.message.content", "Hel")]);
    });
}

#[test]
fn timeout_is_an_error() {
    let test = async |adapter: Raw, billing: &Billing| {
        let timeout = Some(Duration::from_millis(20));
        let call = Call { timeout, ..call(billing, "silent", &request()) };
        assert!((adapter.send)(call).await.is_err(), "{}", adapter.name);
    };
    for_each(test, |name, program| {
        assert_tree(name, program, &["[LLM] error(", "error sending request", "timed out"]);
    });
}

#[test]
fn sixty_four_parallel_calls_are_spans_of_their_own() {
    let test = async |adapter, billing: &Billing| {
        let calls = (0..64).map(async |number: u64| {
            let mut request = request();
            request["messages"][0]["content"] = number.to_string().into();
            send(adapter, call(billing, "ok", &request)).await.text().await.expect("a body");
        });
        join_all(calls).await;
        assert_eq!(billing.billed(), 64 * 11);
    };
    for_each(test, |name, program| super::assert_distinct_questions(name, program, 64));
}

#[test]
fn body_of_ten_megabytes_passes_unchanged_and_is_delivered() {
    let test = async |adapter, billing: &Billing| {
        let mut body = request();
        body["messages"][0]["content"] = "x".repeat(10 << 20).into();
        let text = body.to_string();
        let received = send(adapter, call(billing, "echo", &body)).await;
        assert!(received.text().await.expect("a body") == text);
    };
    for_each(test, |name, program| {
        assert_tree(name, program, &["chat gpt-4o [LLM] ok"]);
    });
}

#[test]
fn request_without_a_registration_passes() {
    let _lock = Program::lock();
    for adapter in RAW {
        block_on(async {
            let billing = Billing::start().await;
            let received = send(adapter, call(&billing, "ok", &request())).await;
            assert!(received.text().await.expect("a body").contains("Hello"));
            assert_eq!(billing.header("traceparent"), [None]);
        });
    }
}

//! `async-openai` with our service, in every way in which a call can end: by the feature
//! `async-openai`, and by a function, as for the other versions of the crate.

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::error::OpenAIError;
use async_openai::middleware::{HttpRequestFactory, ReqwestService, retry::OpenAIRetryLayer};
use async_openai::types::chat::CreateChatCompletionRequest;
use clients::Billing;
use futures_util::StreamExt;
use futures_util::future::{join_all, poll_immediate};
use integration_tests::{Program, block_on};
use serde_json::{Value, json};
use std::time::Duration;
use tower_layer::Layer;
use trace_runtime::async_openai::service;
use trace_runtime::reqwest::layer;

type OpenAI = Client<OpenAIConfig>;

/// A way to trace the client, by its name.
struct Form {
    name: &'static str,
    service: fn(OpenAI, reqwest::Client) -> OpenAI,
}

const FORMS: [Form; 2] = [
    Form { name: "service", service: |openai, http| openai.with_http_service(service(http)) },
    Form {
        name: "function",
        service: |openai, http| {
            let retrying = OpenAIRetryLayer::default().layer(ReqwestService::new(http));
            let layer = layer().looking_at(async |it: HttpRequestFactory| it.build().await.ok());
            openai.with_http_service(layer.layer(retrying))
        },
    },
];

impl Form {
    fn client(&self, billing: &Billing, mode: &str) -> OpenAI {
        self.client_over(billing, mode, reqwest::Client::new())
    }

    fn client_over(&self, billing: &Billing, mode: &str, http: reqwest::Client) -> OpenAI {
        let base = billing.base(mode);
        let config = OpenAIConfig::new().with_api_base(base).with_api_key("secret-key");
        (self.service)(Client::with_config(config), http)
    }
}

fn request(content: &str) -> Value {
    json!({ "model": "gpt-4o", "messages": [{ "role": "user", "content": content }] })
}

fn typed(request: Value) -> CreateChatCompletionRequest {
    serde_json::from_value(request).expect("a request")
}

fn streaming() -> CreateChatCompletionRequest {
    let mut request = request("Hi");
    request["stream_options"] = json!({ "include_usage": true });
    typed(request)
}

/// Runs a test with each form, a server and a registration, and passes the form's name on.
#[allow(clippy::needless_pass_by_value)] // closures are written at the call
fn for_each(test: impl AsyncFn(&Form, &Billing), check: impl Fn(&str, &Program)) {
    for form in FORMS {
        let program = Program::start();
        block_on(async { test(&form, &Billing::start().await).await });
        check(form.name, &program);
        assert!(!format!("{:?}", program.spans()).contains("secret"), "{}", form.name);
    }
}

/// Asserts that there is one span, whose line begins in this way, with these attributes.
#[track_caller]
fn assert_span(name: &str, program: &Program, line: &str, expected: &[(&str, Option<&str>)]) {
    let tree = program.tree();
    assert!(tree.starts_with(line), "{name}: {tree}");
    assert_eq!(program.spans().len(), 1, "{name}: {tree}");
    assert_attributes(name, program, "chat gpt-4o", expected);
}

#[track_caller]
fn assert_attributes(name: &str, program: &Program, span: &str, expected: &[(&str, Option<&str>)]) {
    for (key, value) in expected {
        let found = program.attribute(span, key);
        assert_eq!(found.as_deref(), *value, "{name}: {key}");
    }
}

const ANSWER: &str = "llm.output_messages.0.message.content";

#[test]
fn json_is_recorded() {
    let test = async |form: &Form, billing: &Billing| {
        let answer = form.client(billing, "ok").chat().create(typed(request("Hi"))).await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.choices[0].message.content.as_deref(), Some("Hello"));
    };
    for_each(test, |name, program| {
        let expected = [
            ("llm.model_name", Some("gpt-4o")),
            ("llm.input_messages.0.message.content", Some("Hi")),
            (ANSWER, Some("Hello")),
            ("llm.token_count.total", Some("11")),
            ("http.response.status_code", Some("200")),
        ];
        assert_span(name, program, "chat gpt-4o [LLM] ok", &expected);
    });
}

#[test]
fn tools_and_their_calls_are_recorded() {
    let test = async |form: &Form, billing: &Billing| {
        let mut request = request("Weather in Oslo?");
        request["tools"] = json!([super::weather()]);
        form.client(billing, "ok").chat().create(typed(request)).await.expect("an answer");
    };
    for_each(test, |name, program| {
        let call = "llm.output_messages.0.message.tool_calls.0.tool_call.function";
        let expected = [
            (&*format!("{call}.name"), Some("weather")),
            (&*format!("{call}.arguments"), Some(r#"{"city":"Oslo"}"#)),
            ("llm.finish_reason", Some("tool_calls")),
        ];
        assert_span(name, program, "chat gpt-4o [LLM] ok", &expected);
        let tool = program.attribute("chat gpt-4o", "llm.tools.0.tool.json_schema");
        let tool: Value = serde_json::from_str(&tool.expect("a tool")).expect("JSON");
        assert_eq!(tool, super::weather(), "{name}");
    });
}

#[test]
fn stream_is_recorded_and_ends_at_its_last_event() {
    let test = async |form: &Form, billing: &Billing| {
        let stream = form.client(billing, "ok").chat().create_stream(streaming()).await;
        let parts: Vec<_> = stream.expect("a stream").collect().await;
        assert_eq!(parts.iter().filter(|part| part.is_ok()).count(), 3);
    };
    for_each(test, |name, program| {
        let expected = [(ANSWER, Some("Hello")), ("llm.token_count.total", Some("11"))];
        assert_span(name, program, "chat gpt-4o [LLM] ok", &expected);
        assert!(!program.tree().contains("!cancelled"), "{name}");
    });
}

/// The client repeats calls that are refused with 429 and those that a fault of the server fails.
#[test]
fn error_status_is_an_error_with_the_servers_message_after_the_retries() {
    for (status, retries) in [(400, 0), (401, 0), (429, 3), (500, 3)] {
        for streams in [false, true] {
            let test = async |form: &Form, billing: &Billing| {
                let client = form.client(billing, &status.to_string());
                let error = if streams {
                    client.chat().create_stream(streaming()).await.err()
                } else {
                    client.chat().create(typed(request("Hi"))).await.err()
                };
                let Some(OpenAIError::ApiError(error)) = error else { panic!("{error:?}") };
                assert_eq!(error.status_code.as_u16(), status);
                assert!(error.api_error.message.contains("not today"), "{error}");
                assert_eq!(billing.bodies().len(), retries + 1);
            };
            for_each(test, |name, program| {
                let line = format!("chat gpt-4o [LLM] error(HTTP {status}: not today)");
                let status = status.to_string();
                let expected = [
                    ("http.response.status_code", Some(&*status)),
                    ("llm.input_messages.0.message.content", Some("Hi")),
                    ("llm.token_count.total", None),
                ];
                assert_span(name, program, &line, &expected);
                // Only a layer inside the retries knows them.
                let retries = if name == "service" { retries } else { 0 };
                assert_eq!(program.tree().matches("!retry").count(), retries, "{name}");
            });
        }
    }
}

#[test]
fn connection_that_is_reset_in_a_stream_is_an_error() {
    let test = async |form: &Form, billing: &Billing| {
        let stream = form.client(billing, "reset").chat().create_stream(streaming()).await;
        let mut stream = stream.expect("a stream");
        stream.next().await.expect("more").expect("a part");
        billing.first_was_read();
        stream.next().await.expect("more").expect_err("a reset");
    };
    for_each(test, |name, program| {
        let expected = [(ANSWER, Some("Hel")), ("llm.token_count.total", None)];
        assert_span(name, program, "chat gpt-4o [LLM] error(Error: ", &expected);
    });
}

#[test]
fn stream_that_is_dropped_early_is_cancelled() {
    let test = async |form: &Form, billing: &Billing| {
        let stream = form.client(billing, "endless").chat().create_stream(streaming()).await;
        stream.expect("a stream").next().await.expect("more").expect("a part");
    };
    for_each(test, |name, program| {
        let expected = [(ANSWER, Some("Hel")), ("llm.token_count.total", None)];
        assert_span(name, program, "chat gpt-4o [LLM] unset", &expected);
        assert!(program.tree().contains("!cancelled"), "{name}");
    });
}

#[test]
fn call_that_is_dropped_before_the_answer_is_cancelled() {
    let test = async |form: &Form, billing: &Billing| {
        let client = form.client(billing, "silent");
        let chat = client.chat();
        // The call begins with the first poll.
        assert!(poll_immediate(chat.create(typed(request("Hi")))).await.is_none());
    };
    for_each(test, |name, program| {
        assert_span(name, program, "chat gpt-4o [LLM] unset", &[(ANSWER, None)]);
        assert!(program.tree().contains("!cancelled"), "{name}");
    });
}

#[test]
fn timeout_is_an_error() {
    let test = async |form: &Form, billing: &Billing| {
        let http = reqwest::Client::builder().timeout(Duration::from_millis(20)).build();
        let client = form.client_over(billing, "silent", http.expect("a client"));
        client.chat().create(typed(request("Hi"))).await.expect_err("a timeout");
    };
    for_each(test, |name, program| {
        let line = "chat gpt-4o [LLM] error(OpenAIError: http error: error sending request";
        assert_span(name, program, line, &[(ANSWER, None)]);
        assert!(program.tree().contains("timed out"), "{name}: {}", program.tree());
    });
}

#[test]
fn sixty_four_parallel_calls_are_spans_of_their_own() {
    let test = async |form: &Form, billing: &Billing| {
        let client = form.client(billing, "ok");
        let calls = (0..64).map(async |number: u8| {
            let request = typed(request(&number.to_string()));
            client.chat().create(request).await.expect("an answer");
        });
        join_all(calls).await;
        assert_eq!(billing.billed(), 64 * 11);
    };
    for_each(test, |name, program| super::assert_distinct_questions(name, program, 64));
}

#[test]
fn bodies_of_ten_megabytes_pass_unchanged_and_are_delivered() {
    let question = "x".repeat(10 << 20);
    let test = async |form: &Form, billing: &Billing| {
        let answer = form.client(billing, "large").chat().create(typed(request(&question))).await;
        let answer = answer.expect("an answer").choices.remove(0).message.content;
        assert!(answer.is_some_and(|text| text == "y".repeat(10 << 20)), "{}", form.name);
        assert!(billing.bodies()[0]["messages"][0]["content"] == *question, "{}", form.name);
    };
    for_each(test, |name, program| {
        // The request names its model after the messages, out of reach for the name of the span.
        let expected = [
            ("llm.model_name", Some("gpt-4o")),
            ("llm.finish_reason", Some("stop")),
            ("llm.token_count.total", Some("11")),
        ];
        assert_attributes(name, program, "chat", &expected);
        for key in ["llm.input_messages.0.message.content", ANSWER] {
            let message = program.attribute("chat", key).expect("a message");
            let is_cut = message.len() <= 1 << 20 && message.ends_with(" bytes missing]");
            assert!(is_cut, "{name}: {key}");
        }
    });
}

#[test]
fn call_without_a_registration_passes() {
    let _lock = Program::lock();
    for form in FORMS {
        block_on(async {
            let billing = Billing::start().await;
            let client = form.client(&billing, "flaky");
            client.chat().create(typed(request("Hi"))).await.expect("an answer");
            let stream = client.chat().create_stream(streaming()).await.expect("a stream");
            assert_eq!(stream.count().await, 3);
            assert_eq!(billing.header("traceparent"), [None, None, None, None]);
        });
    }
}

//! Clients that are traced where they are made, without an annotation.

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::middleware::{HttpRequestFactory, ReqwestService};
use async_openai::types::chat::CreateChatCompletionRequest;
use clients::Billing;
use futures_util::StreamExt;
use integration_tests::{Program, block_on};
use rig_core::completion::CompletionRequest;
use rig_core::providers::openai::OpenAIConfig as RigConfig;
use rig_reqwest::ReqwestMiddlewareClient;
use serde_json::json;
use tower_layer::Layer;
use tower_service::Service;
use trace_runtime::async_openai::{service as async_openai_service, service_with};
use trace_runtime::reqwest::{Middleware, SendTraced, layer};
use trace_runtime::{agent, traced};

fn openai(billing: &Billing, mode: &str) -> Client<OpenAIConfig> {
    let config = OpenAIConfig::new().with_api_base(billing.base(mode)).with_api_key("none");
    Client::with_config(config)
}

fn request() -> CreateChatCompletionRequest {
    let message = json!({ "role": "user", "content": "Hi" });
    let request = json!({ "model": "gpt-4o", "messages": [message], "tools": [super::weather()] });
    serde_json::from_value(request).expect("a request")
}

/// Runs a program with a server and a registration.
fn run(program: impl AsyncFnOnce(Billing)) -> Program {
    let running = Program::start();
    block_on(async { program(Billing::start().await).await });
    running
}

#[track_caller]
fn assert_attributes(program: &Program, expected: &[(&str, &str)]) {
    for (key, value) in expected {
        assert_eq!(program.attribute("chat gpt-4o", key).as_deref(), Some(*value), "{key}");
    }
}

#[test]
fn async_openai_call_is_a_complete_span_below_its_agent() {
    #[agent(skip_all)]
    async fn agent(client: &Client<OpenAIConfig>) {
        client.chat().create(request()).await.expect("an answer");
    }
    let program = run(async |billing| {
        let client =
            openai(&billing, "ok").with_http_service(async_openai_service(reqwest::Client::new()));
        agent(&client).await;
    });
    let tree = program.tree();
    assert!(tree.starts_with("agent [AGENT] ok\n  chat gpt-4o [LLM] ok"), "{tree}");
    assert_eq!(program.spans().len(), 2);
    assert_attributes(
        &program,
        &[
            ("llm.input_messages.0.message.content", "Hi"),
            ("llm.output_messages.0.message.tool_calls.0.tool_call.function.name", "weather"),
            ("llm.token_count.total", "11"),
            ("http.response.status_code", "200"),
        ],
    );
}

#[test]
fn async_openai_retries_are_events_of_one_span() {
    let program = run(async |billing| {
        let client = openai(&billing, "flaky")
            .with_http_service(async_openai_service(reqwest::Client::new()));
        client.chat().create(request()).await.expect("an answer");
    });
    let tree = program.tree();
    assert_eq!((program.spans().len(), tree.matches("!retry").count()), (1, 2), "{tree}");
    assert!(tree.starts_with("chat gpt-4o [LLM] ok"), "{tree}");
}

#[test]
fn async_openai_stream_ends_at_its_last_event_and_is_asked_for_usage_by_option() {
    for (include, total) in [(false, None), (true, Some("11"))] {
        let program = run(async |billing| {
            let layer = layer().include_usage(include);
            let service = service_with(layer, reqwest::Client::new());
            let client = openai(&billing, "ok").with_http_service(service);
            let mut stream = client.chat().create_stream(request()).await.expect("a stream");
            while let Some(part) = stream.next().await {
                part.expect("a part");
            }
            let options = &billing.bodies()[0]["stream_options"]["include_usage"];
            assert_eq!(*options == true, include);
        });
        let tree = program.tree();
        assert!(tree.starts_with("chat gpt-4o [LLM] ok") && !tree.contains("!cancelled"), "{tree}");
        let found = program.attribute("chat gpt-4o", "llm.token_count.total");
        assert_eq!(found.as_deref(), total);
        assert_attributes(&program, &[("llm.output_messages.0.message.content", "Hello")]);
    }
}

#[test]
fn layer_and_middleware_ask_for_usage_by_option() {
    let message = json!({ "role": "user", "content": "Hi" });
    let body = json!({ "model": "gpt-4o", "stream": true, "messages": [message] }).to_string();
    let program = run(async |billing| {
        let url = format!("{}/chat/completions", billing.base("ok"));
        let plain = reqwest::Client::new();
        let request = || plain.post(&url).header("content-length", body.len()).body(body.clone());
        let mut service = layer().include_usage(true).layer(plain.clone());
        let sent = service.call(request().build().expect("a request")).await;
        sent.expect("a response").text().await.expect("a body");
        let client = reqwest_middleware::ClientBuilder::new(plain.clone())
            .with(Middleware::new().include_usage(true))
            .build();
        let sent = client.execute(request().build().expect("a request")).await;
        sent.expect("a response").text().await.expect("a body");
        assert_eq!(billing.billed(), 22);
    });
    assert_eq!(program.spans().len(), 2);
    assert_eq!(program.tree().matches("include_usage").count(), 2, "{}", program.tree());
}

#[test]
fn async_openai_by_a_function_works_without_a_registration_and_with_one() {
    let client = |billing: &Billing| {
        let layer = layer().looking_at(async |it: HttpRequestFactory| it.build().await.ok());
        openai(billing, "ok")
            .with_http_service(layer.layer(ReqwestService::new(reqwest::Client::new())))
    };
    {
        let _lock = Program::lock();
        block_on(async {
            let billing = Billing::start().await;
            client(&billing).chat().create(request()).await.expect("an answer");
        });
    }
    let program = run(async |billing| {
        client(&billing).chat().create(request()).await.expect("an answer");
    });
    assert!(program.tree().starts_with("chat gpt-4o [LLM] ok"), "{}", program.tree());
    assert_attributes(&program, &[("llm.token_count.total", "11")]);
}

#[test]
fn async_openai_error_has_the_message_of_the_server() {
    let program = run(async |billing| {
        let client =
            openai(&billing, "401").with_http_service(async_openai_service(reqwest::Client::new()));
        client.chat().create(request()).await.expect_err("an error");
        // The connection is refused, and the client must not repeat it.
        let config = OpenAIConfig::new().with_api_base("http://127.0.0.1:1").with_api_key("none");
        let layer = layer().looking_at(async |it: HttpRequestFactory| it.build().await.ok());
        let service = layer.layer(ReqwestService::new(reqwest::Client::new()));
        let client = Client::with_config(config).with_http_service(service);
        client.chat().create(request()).await.expect_err("an error");
    });
    let tree = program.tree();
    assert!(tree.contains("error(HTTP 401: not today)"), "{tree}");
    assert!(tree.contains("error(OpenAIError: http error: error sending request"), "{tree}");
}

#[test]
#[allow(clippy::result_large_err)] // the error of rig
fn rig_over_the_middleware_has_messages() {
    let program = run(async |billing| {
        let http = reqwest_middleware::ClientBuilder::new(reqwest::Client::new())
            .with(Middleware::new())
            .build();
        let config = RigConfig::new("none").with_base_url(billing.base("ok"));
        let client = config.connect(ReqwestMiddlewareClient::from(http));
        let request = CompletionRequest::new("Hi");
        traced!(agent, client.chat("gpt-4o").call(request).await).expect("an answer");
    });
    let tree = program.tree();
    assert!(
        tree.starts_with("call [AGENT] ok") && tree.contains("\n  chat gpt-4o [LLM]"),
        "{tree}"
    );
    assert_attributes(
        &program,
        &[
            ("llm.input_messages.0.message.content", "Hi"),
            ("llm.output_messages.0.message.content", "Hello"),
            ("llm.token_count.total", "11"),
        ],
    );
}

#[test]
fn repeating_middleware_between_two_of_ours_adds_events() {
    struct Repeat;
    #[async_trait::async_trait]
    impl reqwest_middleware::Middleware for Repeat {
        async fn handle(
            &self,
            request: reqwest::Request,
            extensions: &mut axum::http::Extensions,
            next: reqwest_middleware::Next<'_>,
        ) -> reqwest_middleware::Result<reqwest::Response> {
            loop {
                let again = request.try_clone().expect("a body of bytes");
                let response = next.clone().run(again, extensions).await?;
                if response.status() != 429 {
                    return Ok(response);
                }
            }
        }
    }
    let program = run(async |billing| {
        let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::new())
            .with(Middleware::new())
            .with(Repeat)
            .with(Middleware::new())
            .build();
        let body = serde_json::to_string(&request()).expect("JSON");
        let url = format!("{}/chat/completions", billing.base("flaky"));
        client.post(url).body(body).send().await.expect("a response");
    });
    let tree = program.tree();
    assert_eq!((program.spans().len(), tree.matches("!retry").count()), (1, 2), "{tree}");
}

#[test]
fn only_named_hosts_receive_the_current_span() {
    let ask = async |billing: &Billing| {
        let body = serde_json::to_string(&request()).expect("JSON");
        let url = format!("{}/chat/completions", billing.base("ok"));
        let plain = reqwest::Client::new();
        let post = || plain.post(&url).body(body.clone());
        post().send_traced().await.expect("a response");
        let mut service = layer().layer(plain.clone());
        service.call(post().build().expect("a request")).await.expect("a response");
        let client =
            reqwest_middleware::ClientBuilder::new(plain.clone()).with(Middleware::new()).build();
        client.execute(post().build().expect("a request")).await.expect("a response");
        let client = openai(billing, "ok").with_http_service(async_openai_service(plain.clone()));
        client.chat().create(request()).await.expect("an answer");
        // No model call, hence no span, but a request all the same.
        plain.post(&url).body("{}").send_traced().await.expect("a response");
    };
    for (hosts, is_sent) in [
        (vec!["127.0.0.1"], true),
        (vec![".0.1"], true),
        (vec!["api.example.com", "127.0.0.1:1", "27.0.0.1"], false),
        (vec![], false),
    ] {
        let program = Program::start_with(|builder| builder.propagate_to_hosts(hosts));
        let headers = block_on(async {
            let billing = Billing::start().await;
            traced!(agent, { ask(&billing).await });
            billing.header("traceparent")
        });
        assert_eq!(headers.len(), 5);
        let spans = program.spans();
        for (number, header) in headers.iter().enumerate() {
            assert_eq!(header.is_some(), is_sent, "{number}");
            let Some(header) = header else { continue };
            let id = header.split('-').nth(2).expect("the id of a span");
            let span = spans.iter().find(|span| span.span_context.span_id().to_string() == id);
            let expected = if number < 4 { "chat gpt-4o" } else { "agent" };
            assert_eq!(span.expect("a span of this trace").name, expected, "{number}");
        }
    }
}

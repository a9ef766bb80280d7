//! The span of one exchange.

use super::{URL, assert_attributes, begin, exchange, request};
use integration_tests::{Program, traced};
use trace_runtime::http::Exchange;
use trace_runtime::opentelemetry::trace::SpanKind;
use trace_runtime::{agent, scope};

#[test]
fn exchange_with_json_has_messages_tokens_and_the_server() {
    let program = Program::start();
    exchange(9, 2);
    let expected = [
        ("openinference.span.kind", Some("LLM")),
        ("llm.provider", Some("openai")),
        ("llm.model_name", Some("gpt-4o-2024-08-06")),
        ("llm.request.model_name", Some("gpt-4o")),
        ("llm.input_messages.0.message.content", Some("Hi")),
        ("llm.output_messages.0.message.content", Some("Hello")),
        ("llm.token_count.prompt", Some("9")),
        ("llm.token_count.completion", Some("2")),
        ("input.mime_type", Some("application/json")),
        ("output.mime_type", Some("application/json")),
        ("server.address", Some("api.openai.com")),
        ("server.port", Some("443")),
        ("http.response.status_code", Some("200")),
        ("code.function.name", None),
    ];
    assert_attributes(&program, "chat gpt-4o", &expected);
    assert_eq!(program.attribute("chat gpt-4o", "input.value"), Some(request()));
    assert_eq!(program.spans()[0].span_kind, SpanKind::Client);
}

#[test]
fn exchange_in_an_agent_is_its_child() {
    #[agent(skip_all, output = |_: &()| "done")]
    fn plan() {
        drop(begin());
    }
    let tree = traced(plan);
    let expected = format!(
        "plan [AGENT] ok out=done\n  chat gpt-4o [LLM] unset in={}\n    !cancelled\n",
        request()
    );
    assert_eq!(tree, expected);
}

#[test]
fn stream_that_is_dropped_after_its_last_event_is_complete() {
    let program = Program::start();
    let mut exchange = begin();
    exchange.status(200);
    exchange.header("Content-Type", "text/event-stream; charset=utf-8");
    exchange.chunk(
        b"data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"Hel",
    );
    exchange.chunk(b"lo\"}}]}\n\n");
    exchange.chunk(b"data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"total_tokens\":11}}\n\n");
    exchange.chunk(b"data: [DONE]\n\n");
    drop(exchange);
    let tree = program.tree();
    assert!(tree.contains("[LLM] ok") && tree.contains("!First Token Stream Event"), "{tree}");
    let expected = [
        ("llm.output_messages.0.message.content", Some("Hello")),
        ("llm.token_count.total", Some("11")),
    ];
    assert_attributes(&program, "chat gpt-4o", &expected);
}

#[test]
fn stream_that_is_dropped_early_is_cancelled_with_what_had_arrived() {
    let program = Program::start();
    let mut exchange = begin();
    exchange.status(200);
    exchange.header("content-type", "text/event-stream");
    exchange.chunk(b"data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"Hel\"}}]}\n\n");
    drop(exchange);
    let tree = program.tree();
    assert!(tree.contains("[LLM] unset") && tree.contains("!cancelled"), "{tree}");
    let expected = [("llm.output_messages.0.message.content", Some("Hel"))];
    assert_attributes(&program, "chat gpt-4o", &expected);
}

#[test]
fn error_status_makes_an_error_with_the_servers_message() {
    for end in [Exchange::end as fn(Exchange), drop] {
        let program = Program::start();
        let mut exchange = begin();
        exchange.status(429);
        exchange.header("x-request-id", "req_1");
        exchange.chunk(b"{\"error\":{\"message\":\"Rate limit reached\"}}");
        end(exchange);
        let tree = program.tree();
        assert!(tree.contains("[LLM] error(HTTP 429: Rate limit reached)"), "{tree}");
        let id = program.attribute("chat gpt-4o", "http.response.header.x-request-id");
        assert_eq!(id.as_deref(), Some("[\"req_1\"]"));
    }
}

#[test]
fn error_event_of_a_stream_makes_an_error() {
    let program = Program::start();
    let mut exchange = begin();
    exchange.status(200);
    exchange.header("content-type", "text/event-stream");
    exchange.chunk(
        b"event: error\ndata: {\"type\":\"error\",\"error\":{\"message\":\"Overloaded\"}}\n\n",
    );
    exchange.end();
    let tree = program.tree();
    assert!(tree.contains("[LLM] error(error event: Overloaded)"), "{tree}");
}

#[test]
fn failed_connection_makes_an_error_and_keeps_what_had_arrived() {
    let program = Program::start();
    let mut exchange = begin();
    exchange.status(200);
    exchange.chunk(b"{\"model\":");
    exchange.fail("connection reset");
    let tree = program.tree();
    assert!(
        tree.contains("error(str: connection reset)") && tree.contains("out={\"model\":"),
        "{tree}"
    );
}

#[test]
fn attempts_in_the_context_of_an_exchange_are_retry_events() {
    let program = Program::start();
    let exchange = begin();
    {
        let _attempts = exchange.context().attach();
        for _ in 0..3 {
            assert!(Exchange::begin("POST", URL, request().as_bytes()).is_none());
        }
    }
    exchange.end();
    let spans = program.spans();
    assert_eq!(spans.len(), 1);
    let names: Vec<_> = spans[0].events.events.iter().map(|event| event.name.as_ref()).collect();
    assert_eq!(names, ["retry", "retry"]);
}

#[test]
fn exchange_below_a_function_in_the_context_of_another_is_a_span() {
    #[agent]
    fn plan() {
        begin().end();
    }
    let program = Program::start();
    let exchange = begin();
    {
        let _attempts = exchange.context().attach();
        plan();
    }
    exchange.end();
    assert_eq!(program.spans().len(), 3);
}

#[test]
fn model_of_the_path_is_that_of_the_span() {
    let program = Program::start();
    let url =
        "https://bedrock-runtime.eu-west-1.amazonaws.com/model/amazon.nova-lite-v1:0/converse";
    let body = br#"{"messages":[{"role":"user","content":[{"text":"Hi"}]}]}"#;
    Exchange::begin("POST", url, body).expect("a model call").end();
    let expected =
        [("llm.model_name", Some("amazon.nova-lite-v1:0")), ("llm.provider", Some("aws"))];
    assert_attributes(&program, "chat amazon.nova-lite-v1:0", &expected);
}

/// Runs an exchange with Bedrock's `InvokeModel`, whose headers state the token counts.
fn invoke(model: &str, request: &str, status: u16, response: &str) {
    let host = "https://bedrock-runtime.eu-west-1.amazonaws.com";
    let url = format!("{host}/model/{model}/invoke");
    let mut exchange = Exchange::begin("POST", &url, request.as_bytes()).expect("a call");
    exchange.status(status);
    exchange.header("content-type", "application/json");
    exchange.header("X-Amzn-Bedrock-Input-Token-Count", "7");
    exchange.header("X-Amzn-Bedrock-Output-Token-Count", "11");
    exchange.chunk(response.as_bytes());
    exchange.end();
}

#[test]
fn counts_in_headers_of_bedrock_are_read_if_the_body_has_none() {
    let program = Program::start();
    let request = r#"{"prompt":"Hi","max_tokens":9}"#;
    invoke("mistral.m", request, 200, r#"{"outputs":[{"text":"Hello","stop_reason":"stop"}]}"#);
    let expected = [
        ("llm.prompts.0.prompt.text", Some("Hi")),
        ("llm.choices.0.completion.text", Some("Hello")),
        ("llm.invocation_parameters", Some(r#"{"max_tokens":9}"#)),
        ("llm.token_count.prompt", Some("7")),
        ("llm.token_count.completion", Some("11")),
        ("llm.token_count.total", Some("18")),
    ];
    assert_attributes(&program, "chat mistral.m", &expected);
    let request = r#"{"prompt":"Hi","max_gen_len":9}"#;
    let response = r#"{"generation":"Hello","prompt_token_count":3,"generation_token_count":4,"stop_reason":"stop"}"#;
    invoke("meta.llama", request, 200, response);
    assert_attributes(&program, "chat meta.llama", &[("llm.token_count.total", Some("7"))]);
}

#[test]
fn request_that_fails_is_read_by_its_endpoint() {
    let program = Program::start();
    invoke("mistral.m", r#"{"prompt":"Hi","max_tokens":9}"#, 429, r#"{"message":"slow down"}"#);
    let expected = [
        ("llm.prompts.0.prompt.text", Some("Hi")),
        ("llm.invocation_parameters", Some(r#"{"max_tokens":9}"#)),
    ];
    assert_attributes(&program, "chat mistral.m", &expected);
    invoke("cohere.command-r", r#"{"message":"Hi","p":0.5}"#, 429, r#"{"message":"slow down"}"#);
    let expected = [
        ("llm.input_messages.0.message.content", Some("Hi")),
        ("llm.invocation_parameters", Some(r#"{"p":0.5}"#)),
    ];
    assert_attributes(&program, "chat cohere.command-r", &expected);
}

#[test]
fn deployment_of_an_embedding_gives_way_to_the_model_of_the_response() {
    let program = Program::start();
    let url = "https://r.openai.azure.com/openai/deployments/mine/embeddings?api-version=1";
    let mut exchange = Exchange::begin("POST", url, br#"{"input":["a"]}"#).expect("a call");
    exchange.status(200);
    exchange.chunk(br#"{"object":"list","data":[{"index":0,"embedding":[0.5]}],"model":"m-3"}"#);
    exchange.end();
    assert_attributes(&program, "embeddings mine", &[("embedding.model_name", Some("m-3"))]);
}

#[test]
fn embedding_is_an_embedding_span() {
    let program = Program::start();
    let body = br#"{"input":["a"],"model":"text-embedding-3-small"}"#;
    let mut exchange =
        Exchange::begin("POST", "https://api.openai.com/v1/embeddings", body).expect("a call");
    exchange.status(200);
    exchange.chunk(br#"{"object":"list","data":[{"index":0,"embedding":[0.5]}],"model":"m-3","usage":{"prompt_tokens":1,"total_tokens":1}}"#);
    exchange.end();
    let expected = [
        ("openinference.span.kind", Some("EMBEDDING")),
        ("embedding.model_name", Some("m-3")),
        ("embedding.embeddings.0.embedding.text", Some("a")),
        ("gen_ai.provider.name", Some("openai")),
    ];
    assert_attributes(&program, "embeddings text-embedding-3-small", &expected);
}

#[test]
fn begin_without_a_registration_or_with_suppression_returns_none() {
    let begin = || Exchange::begin("POST", URL, request().as_bytes());
    let lock = Program::lock();
    assert!(begin().is_none());
    drop(lock);
    let program = Program::start();
    assert!(scope::suppress_tracing().in_scope(begin).is_none());
    assert!(program.spans().is_empty());
}

//! The crate `ollama-rs`, which sends with its own `reqwest::Client`: its calls are traced where
//! they are made.

use clients::Billing;
use futures_util::{StreamExt, TryStreamExt};
use integration_tests::{Program, block_on};
use ollama_rs::Ollama;
use ollama_rs::generation::chat::ChatMessage;
use ollama_rs::generation::chat::request::ChatMessageRequest;
use trace_runtime::traced;

fn ollama(billing: &Billing, mode: &str) -> Ollama {
    Ollama::try_new(billing.base(&format!("{mode}/"))).expect("a URL")
}

fn request() -> ChatMessageRequest {
    ChatMessageRequest::new("llama3.2".to_owned(), vec![ChatMessage::user("Hi".to_owned())])
}

/// Runs a program with a server and a registration.
fn run(program: impl AsyncFnOnce(&Billing)) -> Program {
    let running = Program::start();
    block_on(async { program(&Billing::start().await).await });
    running
}

#[track_caller]
fn assert_attributes(program: &Program, span: &str, expected: &[(&str, Option<&str>)]) {
    assert_eq!(program.spans().len(), 1, "{}", program.tree());
    for (key, value) in expected {
        assert_eq!(program.attribute(span, key).as_deref(), *value, "{key}");
    }
}

const ANSWER: &str = "llm.output_messages.0.message.content";

/// The attributes of a whole answer.
const WHOLE: [(&str, Option<&str>); 5] = [
    ("llm.model_name", Some("llama3.2")),
    ("llm.input_messages.0.message.content", Some("Hi")),
    (ANSWER, Some("Hello")),
    ("llm.token_count.prompt", Some("9")),
    ("llm.token_count.completion", Some("2")),
];

#[test]
fn traced_call_has_messages_and_tokens() {
    let program = run(async |billing| {
        let ollama = ollama(billing, "ok");
        let answer = traced!(llm, ollama.send_chat_messages(request()).await);
        assert_eq!(answer.expect("an answer").message.content, "Hello");
    });
    assert_attributes(&program, "send_chat_messages", &WHOLE);
}

#[test]
fn traced_call_with_tools_has_them_and_their_calls() {
    let program = run(async |billing| {
        let ollama = ollama(billing, "ok");
        let tool = serde_json::from_value(super::weather()).expect("a tool");
        let request = request().tools(vec![tool]);
        let answer = traced!(llm, ollama.send_chat_messages(request).await);
        assert_eq!(answer.expect("an answer").message.tool_calls.len(), 1);
    });
    let call = "llm.output_messages.0.message.tool_calls.0.tool_call.function";
    let expected = [
        (&*format!("{call}.name"), Some("weather")),
        (&*format!("{call}.arguments"), Some(r#"{"city":"Oslo"}"#)),
        ("llm.token_count.prompt", Some("9")),
    ];
    assert_attributes(&program, "send_chat_messages", &expected);
    let tool = program.attribute("send_chat_messages", "llm.tools.0.tool.json_schema");
    assert!(tool.is_some_and(|tool| tool.contains("weather")));
}

#[test]
fn traced_stream_has_messages_and_tokens() {
    let program = run(async |billing| {
        let ollama = ollama(billing, "ok");
        let stream = traced!(llm, ollama.send_chat_messages_stream(request()).await);
        let parts: Result<Vec<_>, ()> = stream.expect("a stream").try_collect().await;
        assert_eq!(parts.map(|parts| parts.len()), Ok(3));
    });
    assert_attributes(&program, "send_chat_messages_stream", &WHOLE);
}

#[test]
fn traced_stream_that_is_dropped_early_is_cancelled() {
    let program = run(async |billing| {
        let ollama = ollama(billing, "endless");
        let stream = traced!(llm, ollama.send_chat_messages_stream(request()).await);
        stream.expect("a stream").next().await.expect("more").expect("a part");
    });
    assert!(program.tree().contains("!cancelled"), "{}", program.tree());
    let expected = [(ANSWER, Some("Hel")), ("llm.token_count.total", None)];
    assert_attributes(&program, "send_chat_messages_stream", &expected);
}

#[test]
fn traced_call_that_fails_has_the_text_of_the_server() {
    for status in ["400", "401", "429", "500"] {
        let program = run(async |billing| {
            let ollama = ollama(billing, status);
            traced!(llm, ollama.send_chat_messages(request()).await).expect_err("an error");
        });
        let tree = program.tree();
        assert!(tree.contains("[LLM] error(") && tree.contains("not today"), "{tree}");
    }
}

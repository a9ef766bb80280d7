//! Calls that fail or are dropped.

use crate::stub::Stub;
use crate::{CHAT, MODEL, assert_attributes, client, question};
use futures_util::StreamExt;
use integration_tests::{Program, block_on};
use rig_core::operation::Completion;
use rig_core::providers::openai::OpenAIConfig;
use rig_core::streaming::{Item, StreamEvent, Streamed};
use rig_reqwest::ReqwestClient;
use std::time::Duration;

/// Reads a stream until its first text.
async fn read_text(stream: &mut Streamed<Completion>) -> String {
    loop {
        let item = stream.next().await.expect("more").expect("an item");
        if let Item::Event(StreamEvent::Text { text, .. }) = item {
            return text;
        }
    }
}

#[test]
fn error_status_is_recorded_with_the_message_of_the_server() {
    for status in ["400", "401", "429", "500"] {
        for streams in [false, true] {
            let program = Program::start();
            block_on(async {
                let stub = Stub::start().await;
                let model = client(&stub, status).chat(MODEL);
                let failed = if streams {
                    model.stream(question()).expect("a stream").finish().await.is_err()
                } else {
                    model.call(question()).await.is_err()
                };
                assert!(failed);
            });
            let tree = program.tree();
            let expected = format!("chat gpt-4o-mini [LLM] error(HTTP {status}: not today)");
            assert!(tree.starts_with(&expected), "{tree}");
            let expected = [
                ("http.response.status_code", Some(status)),
                ("http.response.header.x-request-id", Some("[\"req_1\"]")),
                ("llm.input_messages.1.message.content", Some("Grüß Gott")),
                ("llm.token_count.total", None),
            ];
            assert_attributes(&program, CHAT, &expected);
        }
    }
}

#[test]
fn reset_in_a_stream_is_an_error_with_what_had_arrived() {
    let program = Program::start();
    block_on(async {
        let stub = Stub::start().await;
        let mut stream = client(&stub, "reset").chat(MODEL).stream(question()).expect("a stream");
        assert_eq!(read_text(&mut stream).await, "Hel");
        stub.proceed();
        while let Some(item) = stream.next().await {
            if item.is_err() {
                break;
            }
        }
    });
    let tree = program.tree();
    assert!(tree.contains("error(Error: Http client error:"), "{tree}");
    let expected = [("llm.output_messages.0.message.content", Some("Hel"))];
    assert_attributes(&program, CHAT, &expected);
}

#[test]
fn stream_that_is_dropped_early_is_cancelled_with_what_had_arrived() {
    let program = Program::start();
    block_on(async {
        let stub = Stub::start().await;
        let mut stream = client(&stub, "endless").chat(MODEL).stream(question()).expect("a stream");
        assert_eq!(read_text(&mut stream).await, "Hel");
    });
    assert!(program.tree().contains("!cancelled"), "{}", program.tree());
    let expected = [("llm.output_messages.0.message.content", Some("Hel"))];
    assert_attributes(&program, CHAT, &expected);
}

#[test]
fn timeout_of_the_client_is_an_error() {
    let program = Program::start();
    block_on(async {
        let stub = Stub::start().await;
        let builder = rig_reqwest::reqwest::Client::builder().timeout(Duration::from_millis(50));
        let http = ReqwestClient::from(builder.build().expect("a client"));
        let config = OpenAIConfig::new("secret-key").with_base_url(stub.base("silent"));
        let model = config.connect(trace_rig::traced(http)).chat(MODEL);
        assert!(model.call(question()).await.is_err());
    });
    let tree = program.tree();
    assert!(tree.contains("error(Error:"), "{tree}");
    assert!(tree.contains("operation timed out"), "{tree}");
}

#[test]
fn call_that_is_dropped_before_the_answer_is_cancelled() {
    let program = Program::start();
    block_on(async {
        let stub = Stub::start().await;
        let model = client(&stub, "silent").chat(MODEL);
        let call = model.call(question());
        // The call begins with the first poll.
        assert!(futures_util::future::poll_immediate(call).await.is_none());
    });
    assert!(program.tree().contains("!cancelled"), "{}", program.tree());
}

#[test]
fn unreachable_server_is_an_error_without_the_key_of_the_url() {
    use rig_core::providers::gemini::GeminiConfig;
    let program = Program::start();
    block_on(async {
        let config = GeminiConfig::new("secret-key").with_base_url("http://127.0.0.1:1");
        let gemini = config.connect(trace_rig::traced(ReqwestClient::default()));
        assert!(gemini.completion("gemini-2.5-flash").call(question()).await.is_err());
    });
    let tree = program.tree();
    let expected = "generate_content gemini-2.5-flash [LLM] error(Error:";
    assert!(tree.starts_with(expected), "{tree}");
    assert!(!format!("{:?}", program.spans()).contains("secret"), "{tree}");
}

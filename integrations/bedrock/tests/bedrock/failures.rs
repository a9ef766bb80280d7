//! Calls that fail or are dropped.

use crate::stub::{Mode, Stub};
use crate::{CHAT, MODEL, assert_attributes, client, config, message, names, total};
use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::retry::RetryConfig;
use aws_sdk_bedrockruntime::config::timeout::TimeoutConfig;
use aws_sdk_bedrockruntime::primitives::event_stream::EventReceiver;
use aws_sdk_bedrockruntime::types::ConverseStreamOutput;
use aws_sdk_bedrockruntime::types::error::ConverseStreamOutputError;
use integration_tests::{Program, block_on};
use std::time::Duration;

async fn stream(client: &Client) -> EventReceiver<ConverseStreamOutput, ConverseStreamOutputError> {
    let call = client.converse_stream().model_id(MODEL).messages(message("Hi"));
    let mut stream = call.send().await.expect("a stream").stream;
    // The beginning of the message and its first text.
    for _ in 0..2 {
        assert!(stream.recv().await.expect("an event").is_some());
    }
    stream
}

#[test]
fn error_status_is_recorded_with_the_message_of_the_server() {
    for (status, error) in [
        (400, "ValidationException"),
        (403, "AccessDeniedException"),
        (404, "ResourceNotFoundException"),
        (429, "ThrottlingException"),
        (500, "InternalServerException"),
    ] {
        let program = Program::start();
        block_on(async {
            let stub = Stub::start(Mode::Fails { times: 1, status, error }).await;
            // The SDK would try the last two again.
            let config = config(&stub).retry_config(RetryConfig::disabled()).build();
            let call = Client::from_conf(config).converse().model_id(MODEL).messages(message("Hi"));
            assert!(call.send().await.is_err());
        });
        let tree = program.tree();
        let expected = format!("{CHAT} [LLM] error(HTTP {status}: not today)");
        assert!(tree.starts_with(&expected), "{tree}");
        let expected = [
            ("http.response.status_code", Some(status.to_string())),
            ("llm.input_messages.0.message.content", Some("Hi".to_owned())),
        ];
        for (key, value) in expected {
            assert_eq!(program.attribute(CHAT, key), value, "{key}");
        }
    }
}

#[test]
fn exception_in_a_stream_is_an_error_with_what_had_arrived() {
    let program = Program::start();
    block_on(async {
        let stub = Stub::start(Mode::Breaks { exception: Some("throttlingException") }).await;
        let mut stream = stream(&client(&stub)).await;
        assert!(stream.recv().await.is_err());
    });
    let tree = program.tree();
    assert!(tree.starts_with(&format!("{CHAT} [LLM] error(error event: not today)")), "{tree}");
    let expected = [("llm.output_messages.0.message.content", Some("Hel"))];
    assert_attributes(&program, CHAT, &expected);
}

#[test]
fn reset_in_a_stream_is_an_error_with_what_had_arrived() {
    let program = Program::start();
    block_on(async {
        let stub = Stub::start(Mode::Breaks { exception: None }).await;
        let mut stream = stream(&client(&stub)).await;
        stub.proceed();
        assert!(stream.recv().await.is_err());
    });
    let tree = program.tree();
    assert!(tree.starts_with(&format!("{CHAT} [LLM] error(ConnectorError:")), "{tree}");
    let expected = [("llm.output_messages.0.message.content", Some("Hel"))];
    assert_attributes(&program, CHAT, &expected);
}

#[test]
fn stream_that_is_dropped_early_is_cancelled_with_what_had_arrived() {
    let program = Program::start();
    block_on(async {
        let stub = Stub::start(Mode::Waits).await;
        drop(stream(&client(&stub)).await);
        assert_eq!(stub.billed(), 0);
    });
    assert_eq!(total(&program), 0);
    assert!(program.tree().contains("!cancelled"), "{}", program.tree());
    let expected = [("llm.output_messages.0.message.content", Some("Hel"))];
    assert_attributes(&program, CHAT, &expected);
}

#[test]
fn read_timeout_is_an_error_of_each_attempt() {
    let program = Program::start();
    block_on(async {
        let stub = Stub::start(Mode::Never).await;
        let timeout = TimeoutConfig::builder().read_timeout(Duration::from_millis(50)).build();
        let client = Client::from_conf(config(&stub).timeout_config(timeout).build());
        let call = client.converse().model_id(MODEL).messages(message("Hi"));
        assert!(call.send().await.is_err());
    });
    assert_eq!(names(&program), [CHAT; 3]);
    let tree = program.tree();
    assert_eq!(tree.matches("[LLM] error(ConnectorError: timeout").count(), 3, "{tree}");
}

#[test]
fn unreachable_server_is_an_error_without_credentials() {
    let program = Program::start();
    block_on(async {
        let stub = Stub::start(Mode::Never).await;
        let config = config(&stub).endpoint_url("http://127.0.0.1:1");
        let config = config.retry_config(RetryConfig::disabled()).build();
        let call = Client::from_conf(config).converse().model_id(MODEL).messages(message("Hi"));
        assert!(call.send().await.is_err());
    });
    let tree = program.tree();
    assert!(tree.starts_with(&format!("{CHAT} [LLM] error(ConnectorError: io error")), "{tree}");
    assert!(!format!("{:?}", program.spans()).contains("secret"), "{tree}");
}

#[test]
fn operation_timeout_cancels_the_attempt() {
    let program = Program::start();
    block_on(async {
        let stub = Stub::start(Mode::Never).await;
        let timeout = TimeoutConfig::builder().operation_timeout(Duration::from_millis(50));
        let client = Client::from_conf(config(&stub).timeout_config(timeout.build()).build());
        let call = client.converse().model_id(MODEL).messages(message("Hi"));
        assert!(call.send().await.is_err());
    });
    assert!(program.tree().contains("!cancelled"), "{}", program.tree());
}

//! The operations of Bedrock, without any annotation.

use crate::stub::{LARGE, Mode, Stub};
use crate::{CHAT, MODEL, assert_attributes, client, message, names, total};
use aws_sdk_bedrockruntime::primitives::Blob;
use aws_sdk_bedrockruntime::primitives::event_stream::EventReceiver;
use aws_sdk_bedrockruntime::types::error::ConverseStreamOutputError;
use aws_sdk_bedrockruntime::types::{
    ConverseStreamOutput, SystemContentBlock, Tool, ToolConfiguration, ToolInputSchema,
    ToolSpecification,
};
use aws_smithy_types::Document;
use integration_tests::{Program, block_on, block_on_threads};
use serde_json::json;

#[test]
fn converse_is_recorded_without_credentials() {
    let program = Program::start();
    let billed = block_on(async {
        let stub = Stub::start(Mode::Answers).await;
        let call = client(&stub).converse().model_id(MODEL).messages(message("Hi"));
        let call = call.system(SystemContentBlock::Text("Be brief.".into()));
        let answer = call.send().await.expect("an answer");
        assert!(answer.output.is_some() && answer.usage.is_some());
        stub.billed()
    });
    assert_eq!(names(&program), [CHAT]);
    let expected = [
        ("openinference.span.kind", Some("LLM")),
        ("llm.model_name", Some(MODEL)),
        ("llm.provider", Some("aws")),
        ("llm.system", Some("anthropic")),
        ("llm.input_messages.0.message.role", Some("system")),
        ("llm.input_messages.0.message.content", Some("Be brief.")),
        ("llm.input_messages.1.message.content", Some("Hi")),
        ("llm.output_messages.0.message.content", Some("Hello")),
        ("llm.finish_reason", Some("end_turn")),
        ("llm.token_count.prompt", Some("9")),
        ("llm.token_count.completion", Some("2")),
        ("http.response.status_code", Some("200")),
        ("http.response.header.x-amzn-requestid", Some("[\"req-1\"]")),
        ("server.address", Some("127.0.0.1")),
    ];
    assert_attributes(&program, CHAT, &expected);
    assert_eq!((total(&program), billed), (11, 11));
    assert!(!format!("{:?}", program.spans()).contains("secret"));
}

#[test]
fn tools_of_converse_are_recorded() {
    let program = Program::start();
    block_on(async {
        let stub = Stub::start(Mode::Answers).await;
        let schema = ToolInputSchema::Json(Document::Object([].into()));
        let tool = ToolSpecification::builder().name("weather").description("Looks outside");
        let tool = Tool::ToolSpec(tool.input_schema(schema).build().expect("a tool"));
        let tools = ToolConfiguration::builder().tools(tool).build().expect("tools");
        let call = client(&stub).converse().model_id(MODEL).messages(message("Weather?"));
        call.tool_config(tools).send().await.expect("an answer");
    });
    let call = "llm.output_messages.0.message.tool_calls.0.tool_call";
    let name = format!("{call}.function.name");
    let arguments = format!("{call}.function.arguments");
    let expected = [
        (name.as_str(), Some("weather")),
        (arguments.as_str(), Some("{\"city\":\"Oslo\"}")),
        ("llm.finish_reason", Some("tool_use")),
    ];
    assert_attributes(&program, CHAT, &expected);
    let schema = program.attribute(CHAT, "llm.tools.0.tool.json_schema").expect("a schema");
    assert!(schema.contains("Looks outside"), "{schema}");
}

#[test]
fn converse_stream_passes_unbuffered_and_is_recorded() {
    let program = Program::start();
    let billed = block_on(async {
        let stub = Stub::start(Mode::Waits).await;
        let call = client(&stub).converse_stream().model_id(MODEL).messages(message("Hi"));
        let mut stream = call.send().await.expect("a stream").stream;
        let mut text = String::new();
        while let Some(event) = stream.recv().await.expect("an event") {
            if let ConverseStreamOutput::ContentBlockDelta(delta) = event {
                let piece = delta.delta.as_ref().and_then(|delta| delta.as_text().ok());
                text.push_str(piece.expect("text"));
                // A body that was buffered would never reach this line.
                stub.proceed();
            }
        }
        assert_eq!(text, "Hello");
        stub.billed()
    });
    let tree = program.tree();
    assert!(tree.starts_with(&format!("{CHAT} [LLM] ok")), "{tree}");
    assert_eq!(tree.matches("First Token").count(), 1, "{tree}");
    let expected = [
        ("llm.model_name", Some(MODEL)),
        ("llm.output_messages.0.message.content", Some("Hello")),
        ("llm.finish_reason", Some("end_turn")),
        ("llm.token_count.total", Some("11")),
    ];
    assert_attributes(&program, CHAT, &expected);
    assert_eq!((total(&program), billed), (11, 11));
}

fn invocation() -> Blob {
    let body = json!({
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 100,
        "messages": [{ "role": "user", "content": "Hi" }],
    });
    Blob::new(body.to_string())
}

#[test]
fn invocations_are_recorded_in_the_format_of_the_model() {
    for streams in [false, true] {
        let program = Program::start();
        let billed = block_on(async {
            let stub = Stub::start(Mode::Answers).await;
            let client = client(&stub);
            if streams {
                let call = client.invoke_model_with_response_stream().model_id(MODEL);
                let mut stream = call.body(invocation()).send().await.expect("a stream").body;
                while stream.recv().await.expect("an event").is_some() {}
            } else {
                let call = client.invoke_model().model_id(MODEL).body(invocation());
                call.send().await.expect("an answer");
            }
            stub.billed()
        });
        let expected = [
            ("openinference.span.kind", Some("LLM")),
            ("llm.model_name", Some("claude-3-haiku-20240307")),
            ("llm.input_messages.0.message.content", Some("Hi")),
            ("llm.output_messages.0.message.content", Some("Hello")),
            ("llm.finish_reason", Some("end_turn")),
        ];
        assert_attributes(&program, CHAT, &expected);
        assert!(program.tree().starts_with(&format!("{CHAT} [LLM] ok")), "{}", program.tree());
        assert_eq!((total(&program), billed), (11, 11));
    }
}

#[test]
fn embedding_is_recorded() {
    let program = Program::start();
    block_on(async {
        let stub = Stub::start(Mode::Answers).await;
        let call = client(&stub).invoke_model().model_id("amazon.titan-embed-text-v2:0");
        call.body(Blob::new("{\"inputText\":\"embed me\"}")).send().await.expect("an embedding");
    });
    let expected = [
        ("openinference.span.kind", Some("EMBEDDING")),
        ("embedding.model_name", Some("amazon.titan-embed-text-v2:0")),
        ("embedding.embeddings.0.embedding.text", Some("embed me")),
        ("llm.token_count.total", Some("11")),
        ("http.response.status_code", Some("200")),
    ];
    assert_attributes(&program, "embeddings amazon.titan-embed-text-v2:0", &expected);
}

#[test]
fn sixty_four_parallel_calls_are_recorded() {
    let program = Program::start();
    let billed = block_on_threads(async {
        let stub = Stub::start(Mode::Answers).await;
        let client = client(&stub);
        let call = || client.converse().model_id(MODEL).messages(message("Hi")).send();
        let answers = futures_util::future::join_all((0..64).map(|_| call())).await;
        assert!(answers.iter().all(Result::is_ok));
        stub.billed()
    });
    assert_eq!(program.spans().len(), 64);
    assert_eq!((total(&program), billed), (64 * 11, 64 * 11));
}

#[test]
fn bodies_of_ten_megabytes_pass_unchanged_and_are_recorded() {
    let question = "x".repeat(LARGE);
    for streams in [false, true] {
        let program = Program::start();
        let billed = block_on(async {
            let stub = Stub::start(Mode::AnswersAtLength).await;
            let client = client(&stub);
            let text = if streams {
                let call = client.converse_stream().model_id(MODEL).messages(message(&question));
                read(call.send().await.expect("a stream").stream).await
            } else {
                let call = client.converse().model_id(MODEL).messages(message(&question));
                let output = call.send().await.expect("an answer").output.expect("an output");
                let content = &output.as_message().expect("a message").content;
                content[0].as_text().expect("text").clone()
            };
            // The stream begins and ends as a short one does.
            assert!(text.contains(&"y".repeat(LARGE)));
            stub.billed()
        });
        for key in ["llm.input_messages.0.message.content", "llm.output_messages.0.message.content"]
        {
            let message = program.attribute(CHAT, key).expect("a message");
            let end = message.get(message.len().saturating_sub(100)..);
            let is_cut = message.len() <= 1 << 20 && message.ends_with(" bytes missing]");
            assert!(is_cut, "streams: {streams}, {key}: {} bytes, {end:?}", message.len());
        }
        assert_eq!(program.spans().len(), 1);
        assert_attributes(&program, CHAT, &[("llm.finish_reason", Some("end_turn"))]);
        assert_eq!((total(&program), billed), (11, 11));
    }
}

/// Returns the text of a stream.
async fn read(
    mut stream: EventReceiver<ConverseStreamOutput, ConverseStreamOutputError>,
) -> String {
    let mut text = String::new();
    while let Some(event) = stream.recv().await.expect("an event") {
        if let ConverseStreamOutput::ContentBlockDelta(delta) = event {
            let piece = delta.delta.as_ref().and_then(|delta| delta.as_text().ok());
            text.push_str(piece.expect("text"));
        }
    }
    text
}

#[test]
fn calls_without_a_registration_pass() {
    let _lock = Program::lock();
    block_on(async {
        let stub = Stub::start(Mode::Answers).await;
        let client = client(&stub);
        let call = client.converse().model_id(MODEL).messages(message("Hi"));
        call.send().await.expect("an answer");
        let call = client.converse_stream().model_id(MODEL).messages(message("Hi"));
        let mut stream = call.send().await.expect("a stream").stream;
        while stream.recv().await.expect("an event").is_some() {}
    });
}

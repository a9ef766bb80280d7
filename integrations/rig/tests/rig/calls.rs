//! Completions, streams, tools and embeddings, without any annotation.

use crate::stub::{LARGE, Stub};
use crate::{CHAT, MODEL, assert_attributes, client, question, shape, total};
use futures_util::StreamExt;
use integration_tests::{Program, block_on, block_on_threads};
use rig_core::completion::{CompletionRequest, ToolDefinition};
use rig_core::message::ToolName;
use rig_core::streaming::{Item, StreamEvent};
use serde_json::json;

#[test]
fn completion_is_recorded_without_its_key() {
    let program = Program::start();
    let billed = block_on(async {
        let stub = Stub::start().await;
        let answer = client(&stub, "ok").chat(MODEL).call(question()).await.expect("an answer");
        assert_eq!(answer.text(), "Canned answer to: Grüß Gott");
        stub.billed()
    });
    assert_eq!(shape(&program), [CHAT]);
    let expected = [
        ("openinference.span.kind", Some("LLM")),
        ("llm.model_name", Some(MODEL)),
        ("llm.input_messages.0.message.role", Some("system")),
        ("llm.input_messages.0.message.content", Some("Be brief.")),
        ("llm.input_messages.1.message.content", Some("Grüß Gott")),
        ("llm.output_messages.0.message.content", Some("Canned answer to: Grüß Gott")),
        ("llm.finish_reason", Some("stop")),
        ("llm.token_count.prompt", Some("2")),
        ("llm.token_count.completion", Some("5")),
        ("http.response.status_code", Some("200")),
        ("http.response.header.x-request-id", Some("[\"req_1\"]")),
        ("server.address", Some("127.0.0.1")),
    ];
    assert_attributes(&program, CHAT, &expected);
    assert_eq!((total(&program), billed), (7, 7));
    assert!(!format!("{:?}", program.spans()).contains("secret"));
}

#[test]
fn stream_passes_unbuffered_and_is_recorded() {
    let program = Program::start();
    block_on(async {
        let stub = Stub::start().await;
        let mut stream = client(&stub, "slow").chat(MODEL).stream(question()).expect("a stream");
        let mut text = String::new();
        while let Some(item) = stream.next().await {
            if let Item::Event(StreamEvent::Text { text: piece, .. }) = item.expect("an item") {
                text.push_str(&piece);
                // A body that was buffered would never reach this line.
                stub.proceed();
            }
        }
        assert_eq!(text, "Hello");
    });
    let tree = program.tree();
    assert!(tree.starts_with("chat gpt-4o-mini [LLM] ok"), "{tree}");
    let expected = [("llm.output_messages.0.message.content", Some("Hello"))];
    assert_attributes(&program, CHAT, &expected);
}

#[test]
fn whole_stream_is_recorded_with_its_tokens() {
    let program = Program::start();
    let billed = block_on(async {
        let stub = Stub::start().await;
        let stream = client(&stub, "ok").chat(MODEL).stream(question()).expect("a stream");
        stream.finish().await.expect("an answer");
        stub.billed()
    });
    let expected = [
        ("llm.output_messages.0.message.content", Some("Canned answer to: Grüß Gott")),
        ("llm.finish_reason", Some("stop")),
        ("llm.token_count.total", Some("7")),
    ];
    assert_attributes(&program, CHAT, &expected);
    assert_eq!((total(&program), billed), (7, 7));
}

#[test]
fn tool_call_is_recorded() {
    let program = Program::start();
    block_on(async {
        let stub = Stub::start().await;
        let name = ToolName::new("weather").expect("a name");
        let parameters = json!({
            "type": "object",
            "properties": { "city": { "type": "string" } },
            "required": ["city"],
        });
        let tool = ToolDefinition::new(name, "Looks outside", parameters);
        let request = CompletionRequest::new("Weather in Oslo?").tool(tool);
        let answer = client(&stub, "ok").chat(MODEL).call(request).await.expect("an answer");
        assert_eq!(answer.tool_calls().count(), 1);
    });
    let call = "llm.output_messages.0.message.tool_calls.0.tool_call";
    let name = format!("{call}.function.name");
    let arguments = format!("{call}.function.arguments");
    let expected = [
        (name.as_str(), Some("weather")),
        (arguments.as_str(), Some("{\"city\":\"Oslo\"}")),
        ("llm.finish_reason", Some("tool_calls")),
    ];
    assert_attributes(&program, CHAT, &expected);
    let schema = program.attribute(CHAT, "llm.tools.0.tool.json_schema").expect("a schema");
    assert!(schema.contains("Looks outside"), "{schema}");
}

#[test]
fn embeddings_are_recorded() {
    let program = Program::start();
    let billed = block_on(async {
        let stub = Stub::start().await;
        let model = client(&stub, "ok").embedding("text-embedding-3-small", None);
        model.call(vec!["embed me".to_owned()]).await.expect("an embedding");
        stub.billed()
    });
    let span = "embeddings text-embedding-3-small";
    let expected = [
        ("openinference.span.kind", Some("EMBEDDING")),
        ("embedding.model_name", Some("text-embedding-3-small")),
        ("embedding.embeddings.0.embedding.text", Some("embed me")),
        ("llm.token_count.total", Some("2")),
    ];
    assert_attributes(&program, span, &expected);
    assert_eq!((total(&program), billed), (2, 2));
}

#[test]
fn sixty_four_parallel_calls_are_recorded() {
    let program = Program::start();
    let billed = block_on_threads(async {
        let stub = Stub::start().await;
        let model = client(&stub, "ok").chat(MODEL);
        let calls = (0..64).map(|_| model.call(question()));
        let answers = futures_util::future::join_all(calls).await;
        assert!(answers.iter().all(Result::is_ok));
        stub.billed()
    });
    assert_eq!(program.spans().len(), 64);
    assert_eq!((total(&program), billed), (64 * 7, 64 * 7));
}

#[test]
fn bodies_of_ten_megabytes_pass_unchanged_and_are_recorded() {
    for streams in [false, true] {
        let program = Program::start();
        let billed = block_on(async {
            let stub = Stub::start().await;
            let model = client(&stub, "large").chat(MODEL);
            let question = CompletionRequest::new("x".repeat(LARGE));
            let answer = if streams {
                model.stream(question).expect("a stream").finish().await
            } else {
                model.call(question).await
            };
            assert!(answer.expect("an answer").text() == "y".repeat(LARGE));
            stub.billed()
        });
        let spans = program.spans();
        assert_eq!(spans.len(), 1);
        for key in ["llm.input_messages.0.message.content", "llm.output_messages.0.message.content"]
        {
            let message = program.attribute(&spans[0].name, key).expect("a message");
            assert!(message.len() <= 1 << 20 && message.ends_with(" bytes missing]"), "{key}");
        }
        let expected = [("llm.model_name", Some(MODEL)), ("llm.finish_reason", Some("stop"))];
        assert_attributes(&program, &spans[0].name, &expected);
        assert_eq!((total(&program), billed), (11, 11));
    }
}

#[test]
fn calls_without_a_registration_pass() {
    let _lock = Program::lock();
    block_on(async {
        let stub = Stub::start().await;
        let model = client(&stub, "ok").chat(MODEL);
        let answer = model.call(question()).await.expect("an answer");
        assert_eq!(answer.text(), "Canned answer to: Grüß Gott");
        let stream = model.stream(question()).expect("a stream");
        stream.finish().await.expect("an answer");
    });
}

//! The crate `async-openai`, whose request and response types are captured through `Serialize`.

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::types::chat::CreateChatCompletionRequest;
use async_openai::types::embeddings::CreateEmbeddingRequest;
use async_openai::types::responses::CreateResponse;
use clients::run_traced;
use futures_util::TryStreamExt;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use trace_runtime::traced;

type OpenAI = Client<OpenAIConfig>;

fn client(base: &str) -> OpenAI {
    Client::with_config(OpenAIConfig::new().with_api_base(base).with_api_key("none"))
}

fn typed<T: DeserializeOwned>(request: Value) -> T {
    serde_json::from_value(request).expect("a request")
}

/// A conversation up to the result of a tool call, to which the stub answers with text.
fn conversation() -> Value {
    let function = json!({ "name": "weather", "arguments": r#"{"city":"Oslo"}"# });
    let call = json!({ "id": "call_stub", "type": "function", "function": function });
    json!([
        { "role": "system", "content": "Be brief." },
        { "role": "user", "content": "Weather in Oslo?" },
        { "role": "assistant", "tool_calls": [call] },
        { "role": "tool", "tool_call_id": "call_stub", "content": "sun in Oslo" },
    ])
}

/// A request with a tool, which the stub answers with a call of that tool.
fn tool_request() -> Value {
    json!({
        "model": "gpt-4o-mini",
        "tools": [super::weather()],
        "messages": [{ "role": "user", "content": "Weather in Oslo?" }],
        "stream_options": { "include_usage": true },
    })
}

/// The attributes expected on the span of `tool_request`.
fn tool_call_attributes() -> Value {
    let call = "llm.output_messages.0.message.tool_calls.0.tool_call";
    json!({
        "llm.model_name": "gpt-4o-mini",
        "llm.provider": "openai",
        "llm.system": "openai",
        "llm.input_messages.0.message.role": "user",
        "llm.input_messages.0.message.content": "Weather in Oslo?",
        "llm.output_messages.0.message.role": "assistant",
        (format!("{call}.id")): "call_stub",
        (format!("{call}.function.name")): "weather",
        (format!("{call}.function.arguments")): { "city": "Oslo" },
        "llm.finish_reason": "tool_calls",
        "llm.token_count.prompt": 3,
        "llm.token_count.completion": 2,
        "llm.token_count.total": 5,
    })
}

/// The attributes expected on the span of `text_request`.
fn text_attributes() -> Value {
    json!({
        "llm.input_messages.0.message.role": "system",
        "llm.input_messages.2.message.tool_calls.0.tool_call.id": "call_stub",
        "llm.input_messages.3.message.role": "tool",
        "llm.input_messages.3.message.tool_call_id": "call_stub",
        "llm.input_messages.3.message.content": "sun in Oslo",
        "llm.output_messages.0.message.content": "Canned answer to: sun in Oslo",
        "llm.finish_reason": "stop",
        "llm.token_count.prompt": 3,
        "llm.token_count.completion": 6,
        "llm.token_count.total": 9,
    })
}

/// A request without tools, which the stub answers with text.
fn text_request() -> Value {
    json!({
        "model": "gpt-4o-mini",
        "messages": conversation(),
        "stream_options": { "include_usage": true },
    })
}

#[test]
fn chat_spans_have_messages_tool_calls_and_usage() {
    let spans = run_traced(async |base| {
        let client = client(base);
        for mut request in [tool_request(), text_request()] {
            request["stream_options"].take();
            let request: CreateChatCompletionRequest = typed(request);
            traced!(llm(provider = "openai"), client.chat().create(request).await)?;
        }
        Ok(())
    });
    spans.assert_tree("create [LLM]\ncreate [LLM]\n");
    spans.assert_attributes("create", &[tool_call_attributes(), text_attributes()]);
}

#[test]
fn streamed_chat_spans_match_complete_responses() {
    let spans = run_traced(async |base| {
        let client = client(base);
        for request in [tool_request(), text_request()] {
            let request: CreateChatCompletionRequest = typed(request);
            let stream =
                traced!(llm(provider = "openai"), client.chat().create_stream(request).await)?;
            let chunks: Vec<_> = stream.try_collect().await?;
            assert_eq!(chunks.len(), 4);
        }
        Ok(())
    });
    spans.assert_attributes("create_stream", &[tool_call_attributes(), text_attributes()]);
}

#[test]
fn embedding_span_has_texts_and_vectors() {
    let spans = run_traced(async |base| {
        let request = json!({ "model": "text-embedding-3-small", "input": ["a", "b"] });
        let request: CreateEmbeddingRequest = typed(request);
        traced!(embedding, client(base).embeddings().create(request).await)?;
        Ok(())
    });
    spans.assert_attributes(
        "create",
        &[json!({
            "openinference.span.kind": "EMBEDDING",
            "embedding.model_name": "text-embedding-3-small",
            "embedding.embeddings.0.embedding.text": "a",
            "embedding.embeddings.0.embedding.vector": super::VECTOR,
            "embedding.embeddings.1.embedding.text": "b",
            "embedding.embeddings.1.embedding.vector": super::VECTOR,
            "llm.token_count.prompt": 2,
            "llm.token_count.total": 2,
        })],
    );
}

/// The two requests above in the format of the Responses API.
fn responses_requests() -> [Value; 2] {
    let mut tool = super::weather()["function"].take();
    tool["type"] = "function".into();
    [
        json!({ "model": "gpt-4o-mini", "input": "Weather in Oslo?", "tools": [tool] }),
        json!({
            "model": "gpt-4o-mini",
            "instructions": "Be brief.",
            "input": [
                { "type": "message", "role": "user", "content": "Weather in Oslo?" },
                { "type": "function_call", "call_id": "call_stub", "name": "weather",
                  "arguments": r#"{"city":"Oslo"}"# },
                { "type": "function_call_output", "call_id": "call_stub", "output": "sun in Oslo" },
            ],
        }),
    ]
}

/// The attributes expected for `responses_requests`. The Responses API has no finish reason.
fn responses_attributes() -> [Value; 2] {
    [tool_call_attributes(), text_attributes()].map(|mut expected| {
        let object = expected.as_object_mut().expect("an object");
        object.remove("llm.finish_reason");
        expected
    })
}

#[test]
fn responses_spans_have_messages_tool_calls_and_usage() {
    let spans = run_traced(async |base| {
        for request in responses_requests() {
            let request: CreateResponse = typed(request);
            traced!(llm(provider = "openai"), client(base).responses().create(request).await)?;
        }
        Ok(())
    });
    spans.assert_attributes("create", &responses_attributes());
}

#[test]
fn streamed_responses_spans_match_complete_responses() {
    let spans = run_traced(async |base| {
        for request in responses_requests() {
            let (client, request) = (client(base), typed::<CreateResponse>(request));
            let responses = client.responses();
            let stream = traced!(llm(provider = "openai"), responses.create_stream(request).await)?;
            let events: Vec<_> = stream.try_collect().await?;
            assert_eq!(events.len(), 6);
        }
        Ok(())
    });
    spans.assert_attributes("create_stream", &responses_attributes());
}

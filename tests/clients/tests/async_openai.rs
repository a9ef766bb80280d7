//! The crate `async-openai`: its types are captured as they are.

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::error::OpenAIError;
use async_openai::types::chat::{
    CreateChatCompletionRequest, CreateChatCompletionResponse, CreateChatCompletionStreamResponse,
};
use async_openai::types::embeddings::{CreateEmbeddingRequest, CreateEmbeddingResponse};
use async_openai::types::responses::{CreateResponse, Response, ResponseStreamEvent};
use clients::seen;
use futures_util::{Stream, TryStreamExt};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

type OpenAI = Client<OpenAIConfig>;

fn client(base: &str) -> OpenAI {
    Client::with_config(OpenAIConfig::new().with_api_base(base).with_api_key("none"))
}

fn typed<T: DeserializeOwned>(request: Value) -> T {
    serde_json::from_value(request).expect("a request")
}

#[trace_runtime::llm(skip(client), provider = "openai")]
async fn chat(
    client: &OpenAI,
    request: CreateChatCompletionRequest,
) -> Result<CreateChatCompletionResponse, OpenAIError> {
    client.chat().create(request).await
}

#[trace_runtime::llm(skip(client), provider = "openai")]
async fn chat_stream(
    client: &OpenAI,
    request: CreateChatCompletionRequest,
) -> Result<impl Stream<Item = Result<CreateChatCompletionStreamResponse, OpenAIError>>, OpenAIError>
{
    client.chat().create_stream(request).await
}

#[trace_runtime::embedding(skip(client))]
async fn embed(
    client: &OpenAI,
    request: CreateEmbeddingRequest,
) -> Result<CreateEmbeddingResponse, OpenAIError> {
    client.embeddings().create(request).await
}

#[trace_runtime::llm(skip(client), provider = "openai")]
async fn respond(client: &OpenAI, request: CreateResponse) -> Result<Response, OpenAIError> {
    client.responses().create(request).await
}

#[trace_runtime::llm(skip(client), provider = "openai")]
async fn respond_stream(
    client: &OpenAI,
    request: CreateResponse,
) -> Result<impl Stream<Item = Result<ResponseStreamEvent, OpenAIError>>, OpenAIError> {
    client.responses().create_stream(request).await
}

/// A question, the call of a tool, and its result.
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

fn asks() -> Value {
    json!({
        "model": "gpt-4o-mini",
        "tools": [super::weather()],
        "messages": [{ "role": "user", "content": "Weather in Oslo?" }],
        "stream_options": { "include_usage": true },
    })
}

/// What a span says of the call of the tool.
fn called() -> Value {
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

/// What a span says of the answer.
fn answered() -> Value {
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

fn tells() -> Value {
    json!({
        "model": "gpt-4o-mini",
        "messages": conversation(),
        "stream_options": { "include_usage": true },
    })
}

#[test]
fn chats() {
    let seen = seen(async |base| {
        let client = client(base);
        for mut request in [asks(), tells()] {
            request["stream_options"].take();
            chat(&client, typed(request)).await?;
        }
        Ok(())
    });
    seen.assert_tree("chat [LLM]\nchat [LLM]\n");
    seen.assert_says("chat", &[called(), answered()]);
}

#[test]
fn chats_that_stream() {
    let seen = seen(async |base| {
        let client = client(base);
        for request in [asks(), tells()] {
            let chunks: Vec<_> = chat_stream(&client, typed(request)).await?.try_collect().await?;
            assert_eq!(chunks.len(), 4);
        }
        Ok(())
    });
    seen.assert_says("chat_stream", &[called(), answered()]);
}

#[test]
fn embeddings() {
    let seen = seen(async |base| {
        let request = json!({ "model": "text-embedding-3-small", "input": ["a", "b"] });
        embed(&client(base), typed(request)).await?;
        Ok(())
    });
    seen.assert_says(
        "embed",
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

fn requests() -> [Value; 2] {
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

/// The same, without what this interface does not say.
fn responded() -> [Value; 2] {
    [called(), answered()].map(|mut expected| {
        let object = expected.as_object_mut().expect("an object");
        object.remove("llm.finish_reason");
        expected
    })
}

#[test]
fn responses() {
    let seen = seen(async |base| {
        for request in requests() {
            respond(&client(base), typed(request)).await?;
        }
        Ok(())
    });
    seen.assert_says("respond", &responded());
}

#[test]
fn responses_that_stream() {
    let seen = seen(async |base| {
        for request in requests() {
            let events: Vec<_> =
                respond_stream(&client(base), typed(request)).await?.try_collect().await?;
            assert_eq!(events.len(), 6);
        }
        Ok(())
    });
    seen.assert_says("respond_stream", &responded());
}

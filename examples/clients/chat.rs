//! A conversation of several turns, with tool calls and streamed answers:
//! `cargo run --example chat`.
//!
//! The code records no message, tool call or token count itself: the library reads them from the
//! requests and responses of the client.

use anyhow::Context;
use async_openai::error::OpenAIError;
use async_openai::types::chat::{
    ChatCompletionMessageToolCall as ToolCall, ChatCompletionMessageToolCalls,
    ChatCompletionRequestAssistantMessage, ChatCompletionRequestAssistantMessageArgs,
    ChatCompletionRequestMessage, ChatCompletionRequestSystemMessage,
    ChatCompletionRequestToolMessage, ChatCompletionRequestUserMessage,
    ChatCompletionStreamOptions, ChatCompletionTools, CreateChatCompletionRequest,
    CreateChatCompletionResponse, CreateChatCompletionStreamResponse,
};
use client_examples::Model;
use futures_util::{Stream, StreamExt};
use std::io::Write;
use trace_runtime::{agent, chain, llm, tool};

/// The weather of a city.
#[tool(definition = WEATHER)]
fn weather(
    /** The city's name */
    city: &str,
) -> String {
    format!("sun in {city}")
}

/// Sends one request and waits for the complete response.
#[llm(skip(model), provider = model.provider)]
async fn ask(
    model: &Model,
    request: CreateChatCompletionRequest,
) -> anyhow::Result<CreateChatCompletionResponse> {
    model.chat(request).await
}

/// Streams an answer. The span lasts until the last chunk and records the whole answer.
#[llm(skip(model), provider = model.provider)]
async fn stream(
    model: &Model,
    request: CreateChatCompletionRequest,
) -> anyhow::Result<impl Stream<Item = Result<CreateChatCompletionStreamResponse, OpenAIError>>> {
    model.stream(request).await
}

/// The messages so far, and the model that answers.
struct Conversation<'a> {
    model: &'a Model,
    messages: Vec<ChatCompletionRequestMessage>,
}

impl Conversation<'_> {
    /// Returns a request with all messages so far.
    fn request(&self) -> CreateChatCompletionRequest {
        CreateChatCompletionRequest {
            model: self.model.chat_model.clone(),
            messages: self.messages.clone(),
            ..Default::default()
        }
    }

    /// Runs one turn: the model may call the tool several times, then streams its answer.
    #[agent(name = "turn")]
    async fn turn(&mut self, question: &str) -> anyhow::Result<String> {
        self.messages.push(ChatCompletionRequestUserMessage::from(question).into());
        let calls = self.calls().await?;
        if !calls.is_empty() {
            // The API requires that the assistant's calls precede their results.
            self.messages.push(call_message(calls.clone())?.into());
        }
        for call in calls {
            // Custom tools are not offered to the model, so it calls functions only.
            let ChatCompletionMessageToolCalls::Function(call) = call else { continue };
            let content = run(&call)?.into();
            let result = ChatCompletionRequestToolMessage { content, tool_call_id: call.id };
            self.messages.push(result.into());
        }
        let answer = self.answer().await?;
        self.messages.push(ChatCompletionRequestAssistantMessage::from(answer.as_str()).into());
        Ok(answer)
    }

    /// Asks the model for tool calls.
    async fn calls(&self) -> anyhow::Result<Vec<ChatCompletionMessageToolCalls>> {
        let tools: Vec<ChatCompletionTools> =
            serde_json::from_value(serde_json::to_value([WEATHER])?)?;
        let request = CreateChatCompletionRequest { tools: Some(tools), ..self.request() };
        let response = ask(self.model, request).await?;
        let choice = response.choices.into_iter().next().context("no choice")?;
        Ok(choice.message.tool_calls.unwrap_or_default())
    }

    /// Asks the model for its answer and prints the chunks as they arrive.
    async fn answer(&self) -> anyhow::Result<String> {
        // Without this option a stream carries no token usage.
        let usage =
            ChatCompletionStreamOptions { include_usage: Some(true), include_obfuscation: None };
        let request = CreateChatCompletionRequest { stream_options: Some(usage), ..self.request() };
        let mut chunks = std::pin::pin!(stream(self.model, request).await?);
        let mut answer = String::new();
        while let Some(chunk) = chunks.next().await {
            let piece = chunk?.choices.into_iter().next().and_then(|choice| choice.delta.content);
            print!("{}", piece.as_deref().unwrap_or_default());
            std::io::stdout().flush()?;
            answer.extend(piece);
        }
        println!();
        Ok(answer)
    }
}

/// Returns the message in which the assistant made these calls.
fn call_message(
    calls: Vec<ChatCompletionMessageToolCalls>,
) -> anyhow::Result<ChatCompletionRequestAssistantMessage> {
    Ok(ChatCompletionRequestAssistantMessageArgs::default().tool_calls(calls).build()?)
}

/// Runs a tool call of the model.
fn run(call: &ToolCall) -> anyhow::Result<String> {
    let arguments: serde_json::Value = serde_json::from_str(&call.function.arguments)?;
    Ok(weather(arguments["city"].as_str().context("no city")?))
}

/// Runs the conversation. Phoenix groups the traces that have the same `session.id`.
#[chain(skip(model), attributes("session.id" = session))]
async fn talk(model: &Model, session: &str) -> anyhow::Result<()> {
    let system = ChatCompletionRequestSystemMessage::from("You are brief.").into();
    let mut conversation = Conversation { model, messages: vec![system] };
    for question in ["What is the weather in Oslo?", "And in Rome?"] {
        println!("> {question}");
        conversation.turn(question).await?;
    }
    Ok(())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let model = Model::from_environment().await?;
    // Dropping the registration flushes, so it must live until the end of `main`.
    let builder = trace_runtime::register().project_name("chat").console(true);
    let _registration = examples::with_page(builder).install()?;
    talk(&model, "session-1").await
}

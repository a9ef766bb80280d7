//! A session of five turns with a tool, each a trace: `cargo run --example session`. Phoenix and
//! MLflow show the session with its first question, its last answer, its tokens and its user.
//!
//! Input and output of a turn are plain text, which the lists of sessions show as it is.

use anyhow::Context;
use async_openai::types::chat::{
    ChatCompletionRequestMessage, ChatCompletionRequestSystemMessage,
    ChatCompletionRequestUserMessage, CreateChatCompletionRequest, CreateChatCompletionResponse,
};
use client_examples::Model;
use trace_runtime::{agent, llm, tool};

/// Cities, one for each turn.
const CITIES: [&str; 5] = ["Oslo", "Rome", "Lima", "Cairo", "Quito"];

/// The weather of a city.
#[tool]
fn weather(city: &str) -> String {
    format!("sun in {city}")
}

#[llm(skip(model), provider = model.provider)]
async fn ask(
    model: &Model,
    request: CreateChatCompletionRequest,
) -> anyhow::Result<CreateChatCompletionResponse> {
    model.chat(request).await
}

/// Answers one question. The span is the root of its trace, and brings the session and the user.
#[agent(session = session, user = "ada", input = question)]
async fn turn(model: &Model, session: &str, question: &str, city: &str) -> anyhow::Result<String> {
    let weather = weather(city);
    let messages: [ChatCompletionRequestMessage; 2] = [
        ChatCompletionRequestSystemMessage::from(weather).into(),
        ChatCompletionRequestUserMessage::from(question).into(),
    ];
    let request = CreateChatCompletionRequest {
        model: model.chat_model.clone(),
        messages: messages.to_vec(),
        ..Default::default()
    };
    let response = ask(model, request).await?;
    let choice = response.choices.into_iter().next().context("no choice")?;
    choice.message.content.context("no text")
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let model = Model::from_environment().await?;
    let builder = trace_runtime::register().project_name("session").console(true);
    let _registration = examples::with_page(builder).install()?;
    for city in CITIES {
        let answer =
            turn(&model, "session-5", &format!("How is the weather in {city}?"), city).await?;
        println!("{answer}");
    }
    Ok(())
}

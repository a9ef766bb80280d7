//! Calls of any client, traced where they are: `cargo run --example traced`.
//!
//! `traced!` needs no function around the call. Its arguments and its result are recorded, and what
//! an API exchanges becomes messages, model and tokens. A stub on this machine replaces the model,
//! unless `OPENAI_API_KEY` or `OPENROUTER_API_KEY` is set.

use async_openai::types::chat::{
    ChatCompletionRequestUserMessage, CreateChatCompletionRequestArgs,
};
use client_examples::Model;
use trace_runtime::traced;

/// A function that is not annotated.
fn weather(city: &str) -> String {
    format!("sun in {city}")
}

/// Answers a question, with the weather of a city.
async fn plan(model: &Model, city: &str) -> anyhow::Result<String> {
    let weather = traced!(tool(description = "The weather of a city"), weather(city));
    let question = format!("Plan a day in {city}, given {weather}");
    let request = CreateChatCompletionRequestArgs::default()
        .model(&model.chat_model)
        .messages([ChatCompletionRequestUserMessage::from(question.as_str()).into()])
        .build()?;
    let response = traced!(llm(provider = model.provider), model.chat(request).await)?;
    let choice = response.choices.into_iter().next();
    Ok(choice.and_then(|choice| choice.message.content).unwrap_or_default())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let model = Model::from_environment().await?;
    let builder = trace_runtime::register().project_name("traced").console(true);
    let _registration = examples::with_page(builder).install()?;
    println!("{}", traced!(agent(skip(model)), plan(&model, "Oslo").await)?);
    Ok(())
}

//! A streamed answer, traced to its last chunk: `cargo run --example stream`.
//!
//! The chunks pass as they arrive. The span ends with the stream; it has the whole answer, the tokens
//! and the time of the first chunk. A stub on this machine replaces the model, unless
//! `OPENAI_API_KEY` or `OPENROUTER_API_KEY` is set.

use async_openai::types::chat::{
    ChatCompletionRequestUserMessage, ChatCompletionStreamOptions, CreateChatCompletionRequestArgs,
};
use client_examples::Model;
use futures_util::StreamExt;
use std::io::Write;
use trace_runtime::traced;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let model = Model::from_environment().await?;
    let builder = trace_runtime::register().project_name("stream").console(true);
    let _registration = examples::with_page(builder).install()?;
    let question = "What is the capital of France?";
    let request = CreateChatCompletionRequestArgs::default()
        .model(&model.chat_model)
        .messages([ChatCompletionRequestUserMessage::from(question).into()])
        // Without it a stream has no token counts.
        .stream_options(ChatCompletionStreamOptions {
            include_usage: Some(true),
            include_obfuscation: None,
        })
        .build()?;

    let provider = model.provider;
    let mut answer = traced!(llm(provider = provider), model.stream(request).await)?;
    while let Some(chunk) = answer.next().await {
        let choice = chunk?.choices.into_iter().next();
        print!("{}", choice.and_then(|choice| choice.delta.content).unwrap_or_default());
        std::io::stdout().flush()?;
    }
    println!();
    Ok(())
}

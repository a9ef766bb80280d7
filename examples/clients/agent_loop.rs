//! An agent that lets a model call Rust functions: `cargo run --example agent_loop`.
//!
//! The model receives the definitions that `#[tool]` generates from the signatures, so the request
//! and the trace describe a tool in the same way.

use anyhow::{Context, bail};
use async_openai::types::chat::{
    ChatCompletionMessageToolCall as ToolCall, ChatCompletionMessageToolCalls,
    ChatCompletionRequestAssistantMessageArgs, ChatCompletionRequestMessage,
    ChatCompletionRequestToolMessage, ChatCompletionRequestUserMessage, ChatCompletionTools,
    CreateChatCompletionRequest, CreateChatCompletionResponse,
};
use client_examples::Model;
use serde::Deserialize;
use trace_runtime::schemars::JsonSchema;
use trace_runtime::{agent, llm, tool, tool::ToolDefinition};

/// The arguments that the model fills in. Their doc comments become the descriptions that the model
/// reads.
#[derive(Deserialize, JsonSchema)]
#[schemars(crate = "trace_runtime::schemars")]
struct Place {
    /// The city's name, without its country
    city: String,
    /// How many days ahead, by default today
    days: Option<u8>,
}

/// The weather of a city.
#[tool(definition = WEATHER)]
fn weather(Place { city, days }: Place) -> String {
    format!("sun in {city}, {} days from now", days.unwrap_or(0))
}

/// The number of people who live in a city.
#[tool(definition = POPULATION)]
fn population(Place { city, .. }: Place) -> usize {
    city.len() * 100_000
}

/// The tools that the model may call. `#[tool(definition = NAME)]` generated the constants.
const TOOLS: [ToolDefinition; 2] = [WEATHER, POPULATION];

/// Runs a tool call of the model. Each tool is a traced function, so its span becomes a child of
/// the agent's span.
///
/// The arguments are JSON text that the model wrote, for example `{"city":"Oslo","days":2}`. They
/// may not match the schema, so deserialization errors are returned and recorded on the agent's
/// span.
fn call(tool: &ToolCall) -> anyhow::Result<String> {
    let (name, arguments) = (&*tool.function.name, &*tool.function.arguments);
    match name {
        _ if name == WEATHER.name() => Ok(weather(serde_json::from_str(arguments)?)),
        _ if name == POPULATION.name() => {
            Ok(population(serde_json::from_str(arguments)?).to_string())
        }
        _ => bail!("the model calls `{name}`, which is not among its tools"),
    }
}

/// Sends one request. The span records messages, tools, token counts and the model name from the
/// captured request and response; only the provider is not part of them.
#[llm(skip(model), provider = model.provider)]
async fn ask(
    model: &Model,
    request: CreateChatCompletionRequest,
) -> anyhow::Result<CreateChatCompletionResponse> {
    model.chat(request).await
}

/// Answers a question: asks the model, runs the tools that it calls, and repeats until the model
/// answers with text.
#[agent(skip(model))]
async fn answer(model: &Model, question: &str) -> anyhow::Result<String> {
    // A definition serializes to a tool in the format of OpenAI's API.
    let tools: Vec<ChatCompletionTools> = serde_json::from_value(serde_json::to_value(TOOLS)?)?;
    let mut messages: Vec<ChatCompletionRequestMessage> =
        vec![ChatCompletionRequestUserMessage::from(question).into()];
    loop {
        let request = CreateChatCompletionRequest {
            model: model.chat_model.clone(),
            messages: messages.clone(),
            tools: Some(tools.clone()),
            ..Default::default()
        };
        let response = ask(model, request).await?;
        let reply = response.choices.into_iter().next().context("no choice")?.message;
        let Some(calls) = reply.tool_calls.filter(|calls| !calls.is_empty()) else {
            return reply.content.context("the model answered with neither text nor a tool call");
        };
        // The API requires that the assistant's calls precede their results in the conversation.
        let request = ChatCompletionRequestAssistantMessageArgs::default()
            .tool_calls(calls.clone())
            .build()?;
        messages.push(request.into());
        for tool in calls {
            let ChatCompletionMessageToolCalls::Function(tool) = tool else {
                bail!("the model calls a tool that is not a function");
            };
            // The id links the result to the call.
            let content = call(&tool)?.into();
            let result = ChatCompletionRequestToolMessage { content, tool_call_id: tool.id };
            messages.push(result.into());
        }
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let model = Model::from_environment().await?;
    // Dropping the registration flushes, so it must live until the end of `main`.
    let builder = trace_runtime::register().project_name("agent-loop").console(true);
    let _registration = examples::with_page(builder).install()?;
    println!("{}", answer(&model, "What is the weather in Oslo?").await?);
    Ok(())
}

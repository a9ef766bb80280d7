//! Tools that run at the same time: `cargo run -p examples --example parallel`.
//!
//! The model calls a tool three times in one answer, and a `JoinSet` runs the calls as tasks. A task has
//! no current span of its own: `in_current_span()` makes the spans of the tools children of the agent.
//! Futures in `join!` or `buffer_unordered` need nothing, as they run in the agent's own task.

use anyhow::{Context, bail};
use examples::Model;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::task::JoinSet;
use trace_runtime::{InCurrentSpan, agent, llm, tool};

/// The weather of a city.
#[tool]
async fn weather(city: String) -> anyhow::Result<String> {
    // Stands for a request to a weather service.
    let (takes, report) = match &*city {
        "Oslo" => (80, Ok("snow, 4 °C")),
        "Rome" => (50, Ok("rain, 13 °C")),
        _ => (120, Err("the weather station is offline")),
    };
    tokio::time::sleep(Duration::from_millis(takes)).await;
    report.map(str::to_owned).map_err(anyhow::Error::msg)
}

/// A tool call of the model. `arguments` is JSON text.
#[derive(Deserialize)]
struct Call {
    id: String,
    function: Function,
}

#[derive(Deserialize)]
struct Function {
    name: String,
    arguments: String,
}

/// Runs one call. The model reads the text of an error, and answers without this part.
async fn run(call: Call) -> Value {
    let result = match &*call.function.name {
        "weather" => match serde_json::from_str::<Value>(&call.function.arguments) {
            Ok(arguments) => weather(arguments["city"].as_str().unwrap_or_default().into()).await,
            Err(error) => Err(error.into()),
        },
        name => Err(anyhow::anyhow!("no tool has the name {name}")),
    };
    let content = result.unwrap_or_else(|error| format!("error: {error}"));
    json!({"role": "tool", "tool_call_id": call.id, "content": content})
}

/// Runs all calls at the same time, and returns their results in the order of the calls.
async fn run_all(calls: Vec<Call>) -> anyhow::Result<Vec<Value>> {
    let mut tasks = JoinSet::new();
    for (place, call) in calls.into_iter().enumerate() {
        tasks.spawn(async move { (place, run(call).await) }.in_current_span());
    }
    let mut results = tasks.join_all().await;
    results.sort_by_key(|(place, _)| *place);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}

/// Sends the conversation, and returns the message of the model.
#[llm(skip(model), provider = model.provider)]
async fn ask(model: &Model, request: &Value) -> anyhow::Result<Value> {
    model.send("chat/completions", request).await
}

#[agent(skip(model))]
async fn plan(model: &Model, question: &str) -> anyhow::Result<String> {
    let parameters =
        json!({"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}});
    let function = json!({"name": "weather", "description": "The weather of a city", "parameters": parameters});
    let mut messages = vec![json!({"role": "user", "content": question})];
    for _ in 0..5 {
        let request = json!({
            "model": model.chat_model,
            "messages": messages,
            "tools": [{"type": "function", "function": function}],
            "parallel_tool_calls": true,
        });
        let mut response = ask(model, &request).await?;
        let message = response["choices"][0]["message"].take();
        if message["tool_calls"].is_null() {
            return Ok(message["content"].as_str().context("no text")?.to_owned());
        }
        let calls = serde_json::from_value(message["tool_calls"].clone())?;
        messages.push(message);
        messages.extend(run_all(calls).await?);
    }
    bail!("the model calls tools without an end")
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let model = Model::from_environment().await?;
    let builder = trace_runtime::register().project_name("parallel").console(true);
    let _registration = examples::with_page(builder).install()?;
    println!("{}", plan(&model, "What do I pack for Oslo, Rome and Lima?").await?);
    Ok(())
}

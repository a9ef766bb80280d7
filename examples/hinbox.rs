//! Two model calls, an agent and a tool, in one trace: `cargo run --example hinbox`.
//!
//! Without an API key in the environment a stub on this machine replaces the model. The program
//! prints the trace as a tree and sends it to Phoenix if one listens.

use examples::Model;
use serde::Serialize;
use serde_json::json;
use trace_runtime::{agent, llm, tool};

/// The result of the application. Its span records it as JSON, because it is `Serialize`.
#[derive(Serialize)]
struct Answers {
    france: String,
    spain: String,
    trip: String,
    embedding: Vec<f32>,
}

/// Asks the model. The function takes and returns plain text; messages, model and tokens are those of the
/// request that `chat` sends inside of it. `skip(model)` keeps the client out of the recorded input.
#[llm(skip(model), provider = model.provider)]
async fn query_llm(model: &Model, prompt: &str) -> anyhow::Result<String> {
    let system = json!({"role": "system", "content": "Answer in one sentence."});
    model.chat(&[system, json!({"role": "user", "content": prompt})]).await
}

/// Plans a trip. The macro decides the kind of the span, here `AGENT`.
#[agent(skip(model))]
async fn query_agent(model: &Model, task: &str) -> anyhow::Result<String> {
    model.complete("You are a travel agent. Give three steps.", task).await
}

/// Computes an embedding. Name and description are recorded as attributes of the tool; by default
/// they are the function's name and its doc comment.
#[tool(name = "query_embedding", description = "Query embedding", skip(model))]
async fn query_embedding(model: &Model, text: &str) -> anyhow::Result<Vec<f32>> {
    model.embed(text).await
}

/// The root of the trace: the spans of the calls below become its children.
#[agent(skip(model))]
async fn my_llm_application(model: &Model) -> anyhow::Result<Answers> {
    Ok(Answers {
        france: query_llm(model, "What is the capital of France?").await?,
        spain: query_llm(model, "And of Spain?").await?,
        trip: query_agent(model, "Plan a trip").await?,
        embedding: query_embedding(model, "embed me").await?,
    })
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let model = Model::from_environment().await?;
    // `console(true)` prints the trace on stderr when it is complete. Dropping the registration
    // flushes, so it must live until the end of `main`.
    let builder = trace_runtime::register().project_name("hinbox").console(true);
    let _registration = examples::with_page(builder).install()?;

    let answers = my_llm_application(&model).await?;
    println!("France:    {}", answers.france);
    println!("Spain:     {}", answers.spain);
    println!("Trip:      {}", answers.trip);
    println!("Embedding: {:?}", answers.embedding);
    Ok(())
}

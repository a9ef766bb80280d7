//! Model calls without any annotation: `cargo run --example zero`.
//!
//! `send_traced()` in place of `send()` is all: the span has messages, model and tokens as they went
//! over the wire. A stub on this machine replaces the model.

use examples::stub;
use serde_json::{Value, json};
use trace_runtime::reqwest::SendTraced;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let builder = trace_runtime::register().project_name("zero").console(true);
    let _registration = examples::with_page(builder).install()?;
    let url = format!("{}/chat/completions", stub::start().await?);
    let client = reqwest::Client::new();

    let question = json!({"role": "user", "content": "What is the capital of France?"});
    let request = json!({"model": "gpt-4o-mini", "messages": [question]}).to_string();
    let response = client.post(url).body(request).header("content-type", "application/json");
    let answer = response.send_traced().await?.text().await?;

    let answer: Value = serde_json::from_str(&answer)?;
    println!("{}", answer["choices"][0]["message"]["content"]);
    Ok(())
}

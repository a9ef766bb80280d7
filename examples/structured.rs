//! A value of a Rust type from the answer of a model: `cargo run -p examples --example structured`.
//!
//! The answer is JSON text that may not match the type. The check is a span of its own, so the trace
//! shows which answer was refused and why; the model sees the same error and corrects its answer.

use anyhow::Context;
use examples::Model;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use trace_runtime::{agent, chain, llm};

/// The type that the program needs. The span of `read` records it as JSON, because it is `Serialize`.
#[derive(Debug, Deserialize, Serialize)]
struct Invoice {
    number: String,
    total: f64,
    currency: String,
    lines: Vec<Line>,
}

#[derive(Debug, Deserialize, Serialize)]
struct Line {
    item: String,
    quantity: u32,
    price: f64,
}

/// The mail that the invoice is read from.
const MAIL: &str = "INVOICE 2026-118\n2 desks at 520.25\n4 lamps at 50.00\nTotal: 1,240.50 euros";

const SYSTEM: &str = "Answer with a JSON object: number (text), total (a number), currency (ISO 4217), \
                      lines (a list of item, quantity, price).";

/// Sends the conversation. `response_format` makes a model answer with JSON, though not with ours.
#[llm(skip(model), provider = model.provider)]
async fn ask(model: &Model, messages: &[Value]) -> anyhow::Result<String> {
    let request = json!({
        "model": model.chat_model,
        "messages": messages,
        "temperature": 0,
        "response_format": {"type": "json_object"},
    });
    let response = model.send("chat/completions", &request).await?;
    let text = response["choices"][0]["message"]["content"].as_str();
    Ok(text.context("the answer has no text")?.to_owned())
}

/// Checks form and content of an answer.
#[chain(name = "validate")]
fn validate(answer: &str) -> anyhow::Result<Invoice> {
    let invoice: Invoice = serde_json::from_str(answer)?;
    let sum: f64 = invoice.lines.iter().map(|line| f64::from(line.quantity) * line.price).sum();
    anyhow::ensure!((sum - invoice.total).abs() < 0.01, "the lines add up to {sum}");
    Ok(invoice)
}

/// Reads an invoice, in at most three attempts.
#[agent(skip(model))]
async fn read(model: &Model, mail: &str) -> anyhow::Result<Invoice> {
    let mut messages = vec![
        json!({"role": "system", "content": SYSTEM}),
        json!({"role": "user", "content": mail}),
    ];
    let mut attempts = 1;
    loop {
        let answer = ask(model, &messages).await?;
        match validate(&answer) {
            Ok(invoice) => return Ok(invoice),
            Err(error) if attempts == 3 => return Err(error),
            Err(error) => {
                let correct = format!("Your answer is not valid: {error}. Correct it.");
                messages.push(json!({"role": "assistant", "content": answer}));
                messages.push(json!({"role": "user", "content": correct}));
                attempts += 1;
            }
        }
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let model = Model::from_environment().await?;
    let builder = trace_runtime::register().project_name("structured").console(true);
    let _registration = examples::with_page(builder).install()?;
    let Invoice { number, total, currency, lines } = read(&model, MAIL).await?;
    println!("invoice {number}: {total} {currency} for {} lines", lines.len());
    Ok(())
}

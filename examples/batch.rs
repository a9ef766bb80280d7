//! A job with many items that must not lose a span: `cargo run -p examples --example batch`.
//!
//! Four tickets at a time are sorted by a model. Spans that no backend accepts go to a spool, a folder
//! that the next run sends first. At the end the job says how many spans went where.

use anyhow::bail;
use examples::Model;
use futures_util::{StreamExt, stream};
use serde_json::json;
use trace_runtime::{Registration, chain, llm};

const TICKETS: [&str; 8] = [
    "I was charged twice in May.",
    "The app crashes when I rotate my phone.",
    "Please add a dark mode.",
    "asdf",
    "How do I reset my password?",
    "The report is a blank page in Firefox.",
    "When does my refund arrive?",
    "I need an export to CSV.",
];

const LABELS: [&str; 4] = ["account", "billing", "bug", "wish"];

#[llm(skip(model), provider = model.provider)]
async fn ask(model: &Model, ticket: &str) -> anyhow::Result<String> {
    let system = format!("Answer with one of these words: {}.", LABELS.join(", "));
    let system = json!({"role": "system", "content": system});
    model.chat(&[system, json!({"role": "user", "content": ticket})]).await
}

/// Sorts one ticket. An answer that is not a label is an error of this item, not of the job.
#[chain(name = format!("ticket {number}"), skip(model), input = ticket)]
async fn sort(model: &Model, number: usize, ticket: &str) -> anyhow::Result<&'static str> {
    let answer = ask(model, ticket).await?;
    match LABELS.into_iter().find(|label| *label == answer) {
        Some(label) => Ok(label),
        None => bail!("no label: {answer}"),
    }
}

/// Sorts all tickets, four at a time. The futures run in this function, so their spans are its children
/// without further code; tasks would need `in_current_span()`.
#[chain(
    input = TICKETS,
    output = |sorted: &usize| format!("{sorted} of {} tickets sorted", TICKETS.len())
)]
async fn sort_all(model: &Model) -> usize {
    let tickets = stream::iter(TICKETS.into_iter().enumerate());
    let sorted = tickets.map(|(number, ticket)| sort(model, number, ticket)).buffer_unordered(4);
    sorted.filter(|label| std::future::ready(label.is_ok())).count().await
}

/// Delivers the spans or moves them to the spool, and prints the account: every span is delivered, on
/// disk or lost. A job that goes on calls `flush()` in place of `shutdown()`.
fn report(registration: &Registration) {
    if let Err(error) = registration.shutdown() {
        println!("not delivered: {}", error.cause);
    }
    for stats in registration.stats() {
        println!(
            "{}: {} spans delivered, {} in the spool, {} lost",
            stats.destination, stats.delivered, stats.on_disk, stats.lost,
        );
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let model = Model::from_environment().await?;
    let builder = trace_runtime::register().project_name("batch").console(true);
    let builder = builder.spool("target/traces/spool");
    let registration = examples::with_page(builder).install()?;
    println!("{} of {} tickets sorted", sort_all(&model).await, TICKETS.len());
    report(&registration);
    Ok(())
}

//! Gives Phoenix the prices of models that it does not know: `cargo run --example phoenix_prices` for
//! the table in this file, or `cargo run --example phoenix_prices -- anthropic/claude-sonnet-4.5 3 15`
//! for one model, with its prices in US dollars for a million tokens of input and of output.
//!
//! With `--features cost` the prices come from the table of that feature, and
//! `phoenix_prices -- <model of OpenRouter>` needs no prices.
//!
//! Phoenix computes the cost of a span when it stores it, so only later spans have a cost. It ignores
//! the attributes `llm.cost.*`.

use anyhow::{Context, bail};
use serde_json::{Value, json};
use std::env;

/// Models of OpenRouter, whose names Phoenix does not know, with the prices of input and output in
/// November 2026. Check them before you rely on them.
const TABLE: &[(&str, f64, f64)] = &[
    ("anthropic/claude-sonnet-4.5", 3.0, 15.0),
    ("anthropic/claude-haiku-4.5", 1.0, 5.0),
    ("google/gemini-2.5-pro", 1.25, 10.0),
    ("google/gemini-2.5-flash", 0.3, 2.5),
];

/// Returns the prices of a model of OpenRouter in the table of the feature `cost`.
#[cfg(feature = "cost")]
fn prices(name: &str) -> anyhow::Result<(f64, f64)> {
    use genai_prices::{PriceRequest, Usage, UsageKey};

    // A thousand tokens, since more tokens of a request may each have another price.
    let of_million = |tokens: UsageKey| {
        let usage = Usage::from([(tokens, 1_000.0)]);
        let request = PriceRequest::new(name, &usage).with_provider_id("openrouter");
        genai_prices::calculate(&request).map(|found| found.total_price * 1_000.0)
    };
    let input =
        of_million(UsageKey::INPUT_TOKENS).with_context(|| format!("no price of {name}"))?;
    Ok((input, of_million(UsageKey::OUTPUT_TOKENS)?))
}

/// Returns the prices of a model in the table of this file.
#[cfg(not(feature = "cost"))]
fn prices(name: &str) -> anyhow::Result<(f64, f64)> {
    let found = TABLE.iter().find(|(known, ..)| *known == name);
    let (_, input, output) = found.context("the table has no such model: give its two prices")?;
    Ok((*input, *output))
}

/// The call that creates a model with its prices.
const CREATE: &str = "mutation($input: CreateModelMutationInput!) {
    createModel(input: $input) { model { name } }
}";

/// Returns the pattern that matches a name and no other.
fn pattern(name: &str) -> String {
    let escaped = name.chars().map(|character| match character {
        character if character.is_alphanumeric() || "-_/".contains(character) => {
            character.to_string()
        }
        character => format!("\\{character}"),
    });
    format!("^{}$", escaped.collect::<String>())
}

fn create(address: &str, name: &str, input: f64, output: f64) -> anyhow::Result<()> {
    let cost = |token_type: &str, price: f64, kind: &str| json!({"tokenType": token_type, "costPerMillionTokens": price, "kind": kind});
    let model = json!({
        "name": name,
        "namePattern": pattern(name),
        "costs": [cost("input", input, "PROMPT"), cost("output", output, "COMPLETION")],
    });
    let body = json!({"query": CREATE, "variables": {"input": model}}).to_string();
    let mut request = ureq::post(format!("{address}/graphql"));
    request = request.header("content-type", "application/json");
    if let Ok(key) = env::var("PHOENIX_API_KEY") {
        request = request.header("authorization", format!("Bearer {key}"));
    }
    let mut response = request.send(body).with_context(|| format!("no answer of {address}"))?;
    let answer: Value = serde_json::from_str(&response.body_mut().read_to_string()?)?;
    if let Some(error) = answer["errors"][0]["message"].as_str() {
        bail!("{name}: {error}");
    }
    println!("{name}: {input} and {output} dollars for a million tokens");
    Ok(())
}

fn main() -> anyhow::Result<()> {
    let address = env::var("PHOENIX_COLLECTOR_ENDPOINT");
    let address = address.unwrap_or_else(|_| "http://localhost:6006".to_owned());
    let address = address.trim_end_matches('/');
    let arguments: Vec<String> = env::args().skip(1).collect();
    match &arguments[..] {
        [] => TABLE.iter().try_for_each(|(name, ..)| {
            let (input, output) = prices(name)?;
            create(address, name, input, output)
        }),
        [name] => {
            let (input, output) = prices(name)?;
            create(address, name, input, output)
        }
        [name, input, output] => create(address, name, input.parse()?, output.parse()?),
        _ => bail!("usage: phoenix_prices [<model> [<price of input> <price of output>]]"),
    }
}

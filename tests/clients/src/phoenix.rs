//! Reads spans back from Phoenix.

use crate::span::Span;
use anyhow::{Context, bail};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{sleep, timeout};

pub(crate) const PROJECT: &str = "clients";

/// Returns the given spans as Phoenix stores them. Phoenix stores and prices a span after it
/// accepted the request, so this polls for each one.
pub(crate) async fn read_back(base: &str, received: &[Span]) -> Vec<Span> {
    let mut shown = Vec::new();
    for span in received {
        let span = until(async || stored(base, span).await).await.expect("Phoenix has the span");
        if is_priced(&span) {
            until(async || cost(base, &span).await).await.expect("Phoenix knows the price");
        }
        shown.push(span);
    }
    shown
}

/// Retries `attempt` for up to 20 seconds; returns its last error if it never succeeds.
async fn until<T>(attempt: impl AsyncFn() -> anyhow::Result<T>) -> anyhow::Result<T> {
    let mut last = attempt().await;
    let trying = async {
        while last.is_err() {
            sleep(Duration::from_millis(100)).await;
            last = attempt().await;
        }
    };
    // A timeout needs no handling: `last` then holds the error of the last attempt.
    let _ = timeout(Duration::from_secs(20), trying).await;
    last
}

async fn stored(base: &str, span: &Span) -> anyhow::Result<Span> {
    let url = format!("{base}/v1/projects/{PROJECT}/spans?limit=100&trace_id={}", span.trace);
    let page: Value = reqwest::get(url).await?.error_for_status()?.json().await?;
    let spans = page["data"].as_array().context("no list of spans")?;
    let found = spans.iter().find(|shown| shown["context"]["span_id"] == span.id);
    let found = found.with_context(|| format!("{} is not there yet", span.name))?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let mut attributes = found["attributes"].as_object().context("no attributes")?.clone();
    attributes.insert("openinference.span.kind".to_owned(), found["span_kind"].clone());
    Ok(Span {
        trace: span.trace.clone(),
        id: span.id.clone(),
        parent: text(&found["parent_id"]),
        name: text(&found["name"]).context("no name")?,
        attributes,
    })
}

/// Returns true for spans that Phoenix prices: LLM spans with token counts. The tests use models
/// whose price it knows.
fn is_priced(span: &Span) -> bool {
    span.attribute("openinference.span.kind") == "LLM"
        && !span.attribute("llm.token_count.total").is_null()
}

async fn cost(base: &str, span: &Span) -> anyhow::Result<f64> {
    let query = format!(
        "{{ getSpanByOtelId(spanId: {:?}) {{ costSummary {{ total {{ cost }} }} }} }}",
        span.id
    );
    let request = reqwest::Client::new().post(format!("{base}/graphql"));
    let response = request.json(&json!({ "query": query })).send().await?;
    let body: Value = response.error_for_status()?.json().await?;
    let cost = body["data"]["getSpanByOtelId"]["costSummary"]["total"]["cost"].as_f64();
    match cost {
        Some(cost) if cost > 0.0 => Ok(cost),
        _ => bail!("{} costs nothing: {body}", span.name),
    }
}

//! The web server. A layer of another crate makes the span of each request.

use crate::service::serve;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use opentelemetry_instrumentation_tower::http::server::Layer;
use trace_runtime::propagation::inject_into_headers;
use trace_runtime::register;

pub(crate) async fn run(agent: String) -> anyhow::Result<()> {
    let registration = register().service_name("web").project_name("hops").install()?;
    serve(Router::new().route("/plan", post(plan)).with_state(agent).layer(Layer::new())).await?;
    Ok(registration.shutdown()?)
}

async fn plan(State(agent): State<String>, city: String) -> Result<String, StatusCode> {
    ask(&agent, city).await.map_err(|_| StatusCode::BAD_GATEWAY)
}

/// Asks the agent. The headers carry the current span.
async fn ask(agent: &str, city: String) -> reqwest::Result<String> {
    let mut headers = HeaderMap::new();
    inject_into_headers(&mut headers);
    let request = reqwest::Client::new().post(format!("{agent}/plan")).headers(headers).body(city);
    request.send().await?.error_for_status()?.text().await
}

//! The agent, which calls all other services.

use crate::museum;
use crate::queue::Queue;
use crate::service::serve;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use rmcp::model::CallToolRequestParams;
use rmcp::service::{Peer, RunningService};
use rmcp::transport::TokioChildProcess;
use rmcp::{RoleClient, ServiceExt};
use std::process::Command;
use trace_rmcp::InCurrentTrace;
use trace_runtime::propagation::{extract_from_headers, inject_into_command};
use trace_runtime::{agent, in_current_span, register};

/// The services that the agent calls.
#[derive(Clone)]
struct Services {
    museum: String,
    queue: String,
    tools: Peer<RoleClient>,
}

pub(crate) async fn run(museum: String, queue: String) -> anyhow::Result<()> {
    let registration = register().service_name("agent").project_name("hops").install()?;
    let tools = start_tools().await?;
    let services = Services { museum, queue, tools: tools.peer().clone() };
    serve(Router::new().route("/plan", post(handle)).with_state(services)).await?;
    tools.cancel().await?;
    Ok(registration.shutdown()?)
}

/// Starts the tool server, which speaks MCP over its standard input and output.
async fn start_tools() -> anyhow::Result<RunningService<RoleClient, ()>> {
    let mut server = tokio::process::Command::new(std::env::current_exe()?);
    server.arg("tools");
    Ok(().serve(TokioChildProcess::new(server)?).await?)
}

async fn handle(
    State(services): State<Services>,
    headers: HeaderMap,
    city: String,
) -> Result<String, (StatusCode, String)> {
    let planned = plan(&city, &services, &headers).await;
    planned.map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))
}

/// Plans a day in a city, below the span that the headers carry.
#[agent(parent = extract_from_headers(headers), skip(services, headers))]
async fn plan(city: &str, services: &Services, headers: &HeaderMap) -> anyhow::Result<String> {
    let museum = museum::is_open(&services.museum, city).await?;
    let celsius = temperature(&services.tools).await?;
    let fahrenheit = convert(&celsius)?;
    let activity = activity(services.queue.clone(), city.to_owned()).await?;
    Ok(format!(
        "{city}: {activity}, {fahrenheit}, museum {}",
        if museum { "open" } else { "closed" }
    ))
}

/// Calls a tool over MCP. The request carries the current span.
async fn temperature(tools: &Peer<RoleClient>) -> anyhow::Result<String> {
    let request = CallToolRequestParams::new("temperature").in_current_trace();
    let result = tools.call_tool(request).await?;
    Ok(result
        .content
        .iter()
        .filter_map(|block| block.as_text())
        .map(|block| &*block.text)
        .collect())
}

/// Runs a child process. Its environment carries the current span.
fn convert(celsius: &str) -> anyhow::Result<String> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["convert", celsius]);
    inject_into_command(&mut command);
    let output = command.output()?;
    anyhow::ensure!(output.status.success(), "the conversion failed");
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// Sends a job to the worker, on a thread that may wait for the answer.
async fn activity(queue: String, city: String) -> anyhow::Result<String> {
    let job = in_current_span(move || Queue::open(&queue)?.ask(&city));
    tokio::task::spawn_blocking(job).await?
}

//! An agent and a tool server in two processes, whose spans are one trace.
//!
//! ```sh
//! cargo run -p trace-rmcp --example weather
//! ```
//!
//! The agent starts this program again as its server, and calls its tools over stdio. Both send
//! their spans to the same endpoint; `PHOENIX_COLLECTOR_ENDPOINT` names it.

use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{CallToolRequestParams, ServerCapabilities, ServerConfig};
use rmcp::service::Peer;
use rmcp::transport::{TokioChildProcess, stdio};
use rmcp::{RoleClient, ServerHandler, ServiceExt, tool, tool_handler, tool_router};
use serde_json::json;
use trace_rmcp::{InCurrentTrace, Traced};
use trace_runtime::{agent, llm, register, retriever};

/// The server. Its tools need no annotation.
#[derive(Clone, Debug)]
struct Weather;

#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
struct Place {
    city: String,
}

#[tool_router]
impl Weather {
    #[tool(description = "The weather of a city")]
    async fn weather(
        &self,
        Parameters(Place { city }): Parameters<Place>,
    ) -> Result<String, String> {
        let stations = stations(&city);
        let first = stations.first().ok_or_else(|| format!("no station in {city}"))?;
        Ok(format!("sun at {first}"))
    }
}

#[tool_handler]
impl ServerHandler for Weather {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }
}

#[retriever]
fn stations(city: &str) -> Vec<String> {
    match city {
        "Atlantis" => Vec::new(),
        city => vec![format!("{city} Harbour")],
    }
}

/// The agent, which plans with a stub of a model.
#[agent(skip(server))]
async fn plan(server: &Peer<RoleClient>, city: &str) -> anyhow::Result<String> {
    let arguments = json!({ "city": city }).as_object().cloned().unwrap_or_default();
    let request = CallToolRequestParams::new("weather").with_arguments(arguments);
    let result = server.call_tool(request.in_current_trace()).await?;
    let texts = result.content.iter().filter_map(|block| block.as_text());
    let weather: String = texts.map(|block| &*block.text).collect();
    Ok(answer(city, &weather))
}

#[llm(model = "stub")]
fn answer(city: &str, weather: &str) -> String {
    format!("In {city}: {weather}")
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let is_server = std::env::args().nth(1).is_some_and(|argument| argument == "server");
    let service = if is_server { "weather-server" } else { "weather-agent" };
    // On a server over stdio, stdout belongs to the protocol; the registration prints to stderr.
    let registration = register().service_name(service).project_name("weather").install()?;
    if is_server {
        Traced(Weather).serve(stdio()).await?.waiting().await?;
    } else {
        let mut server = tokio::process::Command::new(std::env::current_exe()?);
        server.arg("server");
        let client = ().serve(TokioChildProcess::new(server)?).await?;
        for city in ["Oslo", "Atlantis"] {
            println!("{}", plan(&client, city).await?);
        }
        client.cancel().await?;
    }
    registration.shutdown()?;
    Ok(())
}

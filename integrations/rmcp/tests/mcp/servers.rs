//! The servers of these tests, and the agent that calls their tools.

use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{
    CallToolRequestParams, CallToolResult, ContentBlock, ServerCapabilities, ServerConfig,
};
use rmcp::service::Peer;
use rmcp::{ErrorData, RoleClient, ServerHandler, tool, tool_handler, tool_router};
use serde_json::json;
use trace_rmcp::InCurrentTrace;
use trace_runtime::{agent, chain, current_span};

/// A server whose tools have no annotation of this project, except `annotated`.
#[derive(Clone, Debug)]
pub(crate) struct Weather;

#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
struct Place {
    city: String,
}

#[tool_router]
#[allow(clippy::unused_self)] // the router passes it to every tool
impl Weather {
    #[tool(description = "The weather of a city")]
    async fn weather(&self, Parameters(Place { city }): Parameters<Place>) -> String {
        look_up(&city).await
    }

    #[tool(description = "A tool that fails")]
    fn broken(&self) -> CallToolResult {
        CallToolResult::error(vec![ContentBlock::text("no station")])
    }

    #[tool(description = "A tool that rejects its arguments")]
    fn rejecting(&self) -> Result<CallToolResult, ErrorData> {
        Err(ErrorData::invalid_params("unknown city", None))
    }

    #[tool(description = "A tool that is annotated")]
    async fn annotated(&self, Parameters(Place { city }): Parameters<Place>) -> String {
        check(&city);
        let answer = annotated(&city, "secret").await;
        check(&answer);
        answer
    }

    #[tool(description = "An annotated tool whose result is an error")]
    async fn failing(&self) -> CallToolResult {
        CallToolResult::error(vec![ContentBlock::text(failing())])
    }

    #[tool(description = "A tool that calls other annotated tools")]
    async fn combined(&self) -> String {
        annotated("Oslo", "secret").await + &annotated("Rome", "secret").await
    }
}

#[tool_handler]
impl ServerHandler for Weather {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }
}

#[chain]
async fn look_up(city: &str) -> String {
    tokio::task::yield_now().await;
    format!("sun in {city}")
}

#[chain(skip_output)]
fn check(text: &str) {
    let _ = text;
}

#[trace_runtime::tool(skip(key))]
async fn annotated(city: &str, key: &str) -> String {
    let _ = key;
    current_span().set_attribute("station", "north");
    look_up(city).await
}

#[trace_runtime::tool]
fn failing() -> &'static str {
    "no station"
}

/// Calls a tool, and returns the text of its result.
#[agent(skip(client), skip_output)]
pub(crate) async fn ask(client: &Peer<RoleClient>, name: &'static str, city: &str) -> String {
    let arguments = json!({ "city": city }).as_object().cloned().unwrap_or_default();
    let request = CallToolRequestParams::new(name).with_arguments(arguments).in_current_trace();
    match client.call_tool(request).await {
        Ok(result) => result.content[0].as_text().expect("a text").text.clone(),
        other => format!("{other:?}"),
    }
}

//! The tool server, over MCP. Its tools need no annotation.

use rmcp::model::{ServerCapabilities, ServerConfig};
use rmcp::transport::stdio;
use rmcp::{ServerHandler, ServiceExt, tool, tool_handler, tool_router};
use trace_rmcp::Traced;
use trace_runtime::{register, retriever};

#[derive(Clone, Debug)]
struct Tools;

#[tool_router]
impl Tools {
    #[tool(description = "The temperature outside, in degrees Celsius")]
    async fn temperature(&self) -> String {
        station().first().cloned().unwrap_or_default()
    }
}

#[tool_handler]
impl ServerHandler for Tools {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }
}

/// Returns the last reading of the weather station.
#[retriever]
fn station() -> Vec<String> {
    vec!["20".to_owned()]
}

/// Serves until the agent closes the connection. Standard output belongs to the protocol.
pub(crate) async fn run() -> anyhow::Result<()> {
    let registration = register().service_name("tools").project_name("hops").install()?;
    Traced(Tools).serve(stdio()).await?.waiting().await?;
    Ok(registration.shutdown()?)
}

//! One trace across an agent and MCP servers, with the real `rmcp`, over stdio and HTTP.

mod http;
mod servers;
mod stdio;
mod tool_spans;

//! One trace across MCP clients and servers that use [`rmcp`].
//!
//! The agent's spans are in one process, those of its tools in another. `rmcp` carries the caller's
//! span in `params._meta` of a request, as the protocol defines ([SEP-414]), but neither writes nor
//! reads it. This crate does, on any transport: stdio, streamable HTTP and others.
//!
//! # Client
//!
//! [`in_current_trace`](InCurrentTrace::in_current_trace) adds the current span to the parameters of
//! a request:
//!
//! ```
//! use rmcp::model::CallToolRequestParams;
//! use trace_rmcp::InCurrentTrace;
//!
//! # async fn call(client: &rmcp::service::Peer<rmcp::RoleClient>) -> Result<(), rmcp::ServiceError> {
//! let question = CallToolRequestParams::new("weather").in_current_trace();
//! let answer = client.call_tool(question).await?;
//! # drop(answer);
//! # Ok(())
//! # }
//! ```
//!
//! # Server
//!
//! [`Traced`] wraps any handler, where the server is started:
//!
//! ```
//! use rmcp::{ServerHandler, ServiceExt};
//! use trace_rmcp::Traced;
//!
//! # async fn serve(weather: impl ServerHandler, transport: (tokio::io::Stdin, tokio::io::Stdout)) -> Result<(), Box<dyn std::error::Error>> {
//! let server = Traced(weather).serve(transport).await?;
//! server.waiting().await?;
//! # Ok(())
//! # }
//! ```
//!
//! Each tool call becomes a TOOL span, `tools/call weather`, below the caller's span, with the
//! arguments and the result. A result with `isError` is an error. If the handler is annotated with
//! `#[trace_runtime::tool]` under the name of the tool, the span is that of the function instead.
//! Prompts, resources and all other requests open no span; spans that their handlers open are below
//! the caller's.
//!
//! On a server over stdio, stdout belongs to the protocol. `trace-runtime` prints to stderr alone.
//!
//! [SEP-414]: https://modelcontextprotocol.io/community/seps/414-request-meta

#![forbid(unsafe_code)]

mod caller;
mod client;
mod server;
mod tool_span;
mod traced;

pub use client::InCurrentTrace;
pub use traced::Traced;

//! Tool calls over the Model Context Protocol.
//!
//! [`ToolCall`] is the span of one call on the server. It needs no MCP library, so that an adapter
//! for any of them has a few lines; `trace-rmcp` is the one for `rmcp`.
//!
//! A client injects the current span into `params._meta` of its request, as the protocol defines
//! ([SEP-414]), with [`inject`](crate::propagation::inject). The server reads it with
//! [`extract`](crate::propagation::extract) and passes the context to [`ToolCall::begin`].
//!
//! The span has the name `tools/call weather`, the kind TOOL, the arguments and the result. If the
//! handler calls an annotated function of the same name, `#[tool] fn weather`, the span becomes the
//! span of that function, with its name and with what it records of its arguments and its result.
//! So one call is one span. With an [attached provider](crate::Builder::provider) both spans are
//! exported, since a provider cannot take a span back.
//!
//! ```
//! use serde_json::{Map, Value};
//! use trace_runtime::{mcp::ToolCall, propagation::extract};
//!
//! async fn handle(name: &str, arguments: Map<String, Value>, meta: Map<String, Value>) -> String {
//!     let caller = extract(|field| meta.get(field)?.as_str().map(str::to_owned));
//!     let call = ToolCall::begin(name, &arguments, &caller);
//!     let context = call.as_ref().map_or(caller, |call| call.context().clone());
//!     // Call the tool in `context`, with `opentelemetry::context::FutureExt::with_context`.
//!     # drop(context);
//!     let result = "sun".to_owned();
//!     if let Some(call) = call {
//!         call.end(&result);
//!     }
//!     result
//! }
//! # let _ = handle("weather", Map::new(), Map::new());
//! ```
//!
//! [SEP-414]: https://modelcontextprotocol.io/community/seps/414-request-meta

mod tool_call;

pub use tool_call::ToolCall;

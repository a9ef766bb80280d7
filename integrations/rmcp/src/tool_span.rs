//! The span of a tool's call.

use rmcp::ErrorData;
use rmcp::model::{CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock};
use rmcp::service::{RequestContext, RoleServer};
use serde_json::Map;
use trace_runtime::mcp::ToolCall;
use trace_runtime::opentelemetry::Context;

pub(crate) fn begin(
    request: &CallToolRequestParams,
    context: &RequestContext<RoleServer>,
    caller: &Context,
) -> Option<ToolCall> {
    let span = match &request.arguments {
        Some(arguments) => ToolCall::begin(&request.name, arguments, caller),
        None => ToolCall::begin(&request.name, &Map::new(), caller),
    }?;
    span.set_attribute("jsonrpc.request.id", context.id.to_string());
    let parts = context.extensions.get::<http::request::Parts>();
    let session = parts.and_then(|parts| parts.headers.get("mcp-session-id")?.to_str().ok());
    if let Some(session) = session {
        span.set_attribute("mcp.session.id", session.to_owned());
    }
    Some(span)
}

pub(crate) fn end(call: ToolCall, result: &Result<CallToolResponse, ErrorData>) {
    match result {
        Err(error) => call.fail(error),
        Ok(CallToolResponse::Complete(result)) => end_complete(call, result),
        // A question to the client, or the name of a task that goes on.
        Ok(CallToolResponse::InputRequired(question)) => call.end(question),
        Ok(CallToolResponse::Task(task)) => call.end(task),
        Ok(_) => call.end(&()),
    }
}

/// Ends the span with the result as a person reads it: without the envelope of the protocol, and a
/// lone text as that text.
fn end_complete(call: ToolCall, result: &CallToolResult) {
    if result.is_error == Some(true) {
        let texts = result.content.iter().filter_map(|block| block.as_text());
        let message = texts.map(|block| &*block.text).collect::<Vec<_>>().join("\n");
        return call.end_with_error(&message, &message);
    }
    match (&result.structured_content, &result.content[..]) {
        (Some(structured), _) => call.end(structured),
        (None, [ContentBlock::Text(text)]) => call.end(&text.text),
        (None, blocks) => call.end(blocks),
    }
}

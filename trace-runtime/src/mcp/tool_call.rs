//! One tool call, on the side of the server.

use crate::capture::CapturedValue;
use crate::instrument::{ErrorInfo, ServedCall};
use crate::openinference::{OpenInferenceSpanKind, keys};
use crate::register;
use crate::span::CallSite;
use opentelemetry::{Context, KeyValue, Value};
use serde::Serialize;
use std::any::type_name;
use std::fmt::Display;

/// The annotation that a tool without one would have.
static SITE: CallSite = CallSite::of_exchanges(OpenInferenceSpanKind::Tool, METHOD);

const METHOD: &str = "tools/call";

/// The type of the error in the result of a tool, by the conventions of OpenTelemetry.
const TOOL_ERROR: &str = "tool_error";

/// The number of characters of a tool's name that the span's name has. The protocol allows no more,
/// but the name comes from outside.
const NAME_CHARACTERS: usize = 128;

/// A tool call by another process, which becomes a TOOL span. See the [module](crate::mcp).
///
/// Dropping it marks the span as cancelled.
///
/// ```
/// use trace_runtime::{mcp::ToolCall, propagation};
///
/// let parent = propagation::extract(|_field| None::<String>); // of the request
/// let call = ToolCall::begin("weather", &serde_json::json!({"city": "Oslo"}), &parent);
/// let _guard = call.as_ref().map(|call| call.context().clone().attach());
/// let result = "sun in Oslo"; // of your handler
/// if let Some(call) = call {
///     call.end(result);
/// }
/// ```
#[derive(Debug)]
#[must_use = "the span ends as cancelled if the call is dropped"]
pub struct ToolCall(ServedCall);

impl ToolCall {
    /// Begins the span of a call, below the caller's span in `parent`. Returns `None` if nothing is
    /// registered, or if the span is not sampled: run the handler in `parent` then.
    ///
    #[cfg_attr(feature = "testing", doc = "```")]
    #[cfg_attr(not(feature = "testing"), doc = "```ignore")]
    /// # use trace_runtime::{mcp::ToolCall, opentelemetry::Context, testing};
    /// let (_, trace) = testing::record(|| {
    ///     let arguments = serde_json::json!({"city": "Oslo"});
    ///     let call = ToolCall::begin("weather", &arguments, &Context::current()).expect("a span");
    ///     call.end("sun");
    /// });
    /// assert_eq!(trace.span("tools/call weather").input(), Some(r#"{"city":"Oslo"}"#));
    /// ```
    #[must_use]
    pub fn begin<A: Serialize + ?Sized>(
        tool: &str,
        arguments: &A,
        parent: &Context,
    ) -> Option<Self> {
        if !register::is_enabled() {
            return None;
        }
        let end = tool.char_indices().nth(NAME_CHARACTERS).map_or(tool.len(), |(at, _)| at);
        let tool = &tool[..end];
        let name = format!("{METHOD} {tool}");
        let call = ServedCall::begin(&SITE, name, tool, parent, |content| {
            content.input.set(CapturedValue::from_serialize(arguments));
            content.attributes = vec![
                KeyValue::new(keys::TOOL_NAME, tool.to_owned()),
                KeyValue::new(keys::MCP_METHOD_NAME, METHOD),
            ];
        })?;
        Some(ToolCall(call))
    }

    /// Returns the context in which the handler must run: its spans are then below this one.
    ///
    #[cfg_attr(feature = "testing", doc = "```")]
    #[cfg_attr(not(feature = "testing"), doc = "```ignore")]
    /// # use trace_runtime::{mcp::ToolCall, opentelemetry::Context, testing};
    /// let (_, trace) = testing::record(|| {
    ///     let arguments = serde_json::json!({"city": "Oslo"});
    ///     let call = ToolCall::begin("weather", &arguments, &Context::current()).expect("a span");
    ///     let attached = call.context().clone().attach();
    ///     trace_runtime::traced!(chain(name = "handler"), { /* the handler */ });
    ///     drop(attached);
    ///     call.end("sun");
    /// });
    /// let call = trace.span("tools/call weather");
    /// assert!(trace.children(call).any(|span| span.name() == "handler"));
    /// ```
    #[must_use]
    pub fn context(&self) -> &Context {
        self.0.context()
    }

    /// Sets an attribute, such as `mcp.session.id`.
    ///
    #[cfg_attr(feature = "testing", doc = "```")]
    #[cfg_attr(not(feature = "testing"), doc = "```ignore")]
    /// # use trace_runtime::{mcp::ToolCall, opentelemetry::Context, testing};
    /// let (_, trace) = testing::record(|| {
    ///     let arguments = serde_json::json!({"city": "Oslo"});
    ///     let call = ToolCall::begin("weather", &arguments, &Context::current()).expect("a span");
    ///     call.set_attribute("mcp.session.id", "s-7");
    ///     call.end("sun");
    /// });
    /// assert_eq!(trace.span("tools/call weather").attribute("mcp.session.id"), Some("s-7"));
    /// ```
    pub fn set_attribute(&self, key: &'static str, value: impl Into<Value>) {
        self.0.set_attribute(KeyValue::new(key, value));
    }

    /// Ends the span with the result of the tool.
    ///
    #[cfg_attr(feature = "testing", doc = "```")]
    #[cfg_attr(not(feature = "testing"), doc = "```ignore")]
    /// # use trace_runtime::{mcp::ToolCall, opentelemetry::Context, testing};
    /// let (_, trace) = testing::record(|| {
    ///     let arguments = serde_json::json!({"city": "Oslo"});
    ///     let call = ToolCall::begin("weather", &arguments, &Context::current()).expect("a span");
    ///     call.end("sun");
    /// });
    /// assert_eq!(trace.span("tools/call weather").output(), Some("sun"));
    /// ```
    pub fn end<R: Serialize + ?Sized>(self, result: &R) {
        self.0.end(Some(CapturedValue::from_serialize(result)), None);
    }

    /// Ends the span with a result that describes an error (`isError`), and the text of that error.
    ///
    #[cfg_attr(feature = "testing", doc = "```")]
    #[cfg_attr(not(feature = "testing"), doc = "```ignore")]
    /// # use trace_runtime::{mcp::ToolCall, opentelemetry::Context, testing};
    /// let (_, trace) = testing::record(|| {
    ///     let arguments = serde_json::json!({"city": "Oslo"});
    ///     let call = ToolCall::begin("weather", &arguments, &Context::current()).expect("a span");
    ///     call.end_with_error(&serde_json::json!({"isError": true}), "no such city");
    /// });
    /// assert_eq!(trace.span("tools/call weather").error(), Some("tool_error: no such city"));
    /// ```
    pub fn end_with_error<R: Serialize + ?Sized>(self, result: &R, message: &str) {
        let error = ErrorInfo::from_display(TOOL_ERROR, &message);
        self.0.set_attribute(KeyValue::new(keys::ERROR_TYPE, TOOL_ERROR));
        self.0.end(Some(CapturedValue::from_serialize(result)), Some(&error));
    }

    /// Ends the span with an error of the protocol: the tool has no result.
    ///
    #[cfg_attr(feature = "testing", doc = "```")]
    #[cfg_attr(not(feature = "testing"), doc = "```ignore")]
    /// # use trace_runtime::{mcp::ToolCall, opentelemetry::Context, testing};
    /// let (_, trace) = testing::record(|| {
    ///     let arguments = serde_json::json!({"city": "Oslo"});
    ///     let call = ToolCall::begin("weather", &arguments, &Context::current()).expect("a span");
    ///     call.fail("unknown tool");
    /// });
    /// let error = trace.span("tools/call weather").error();
    /// assert!(error.is_some_and(|message| message.ends_with("unknown tool")));
    /// ```
    pub fn fail<E: Display + ?Sized>(self, error: &E) {
        let error = ErrorInfo::from_display(type_name::<E>(), &error);
        self.0.end(None, Some(&error));
    }
}

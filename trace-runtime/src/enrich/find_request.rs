//! The request among the arguments of a function, however they are named.

use super::raw;
use serde_json::{Map, Value};

/// What `recognise` makes of the input: of the input itself, or of the only argument that is a
/// request, also as JSON text.
pub(super) fn request<T>(input: &Value, recognise: impl Fn(&Value) -> Option<T>) -> Option<T> {
    if let Some(request) = recognise(input) {
        let without = input.as_object().and_then(without_others);
        return Some(without.and_then(|input| recognise(&input)).unwrap_or(request));
    }
    let mut requests = input.as_object()?.values().filter_map(|argument| match argument {
        Value::String(text) => recognise(&raw::json(text)?),
        argument => recognise(argument),
    });
    // Of two, none is the request of this call.
    requests.next().filter(|_| requests.next().is_none())
}

/// Where the arguments are the request, other values may be among them, such as the client. A
/// scalar or a list of scalars may be a parameter that is not known here; an object that is not
/// known belongs to the program. None if there is no such object.
fn without_others(arguments: &Map<String, Value>) -> Option<Value> {
    let is_other = |(name, value): &(&String, &Value)| {
        let has_fields = value.is_object()
            || value.as_array().is_some_and(|items| items.iter().any(Value::is_object));
        has_fields && !STRUCTURED.contains(&name.as_str())
    };
    arguments.iter().find(is_other)?;
    let kept = arguments.iter().filter(|argument| !is_other(argument));
    Some(kept.map(|(name, value)| (name.clone(), value.clone())).collect())
}

/// The fields of the known requests that are objects, or lists of objects.
const STRUCTURED: [&str; 68] = [
    "additionalModelRequestFields",
    "additional_model_request_fields",
    "audio",
    "cache_control",
    "chat_history",
    "chat_template_kwargs",
    "citation_options",
    "config",
    "connectors",
    "container",
    "contents",
    "context_management",
    "conversation",
    "documents",
    "extra_body",
    "extra_headers",
    "format",
    "function_call",
    "functions",
    "generationConfig",
    "generation_config",
    "guardrailConfig",
    "guardrail_config",
    "guardrails",
    "guided_json",
    "images",
    "inferenceConfig",
    "inference_config",
    "input",
    "inputs",
    "labels",
    "logit_bias",
    "mcp_servers",
    "messages",
    "metadata",
    "options",
    "outputConfig",
    "output_config",
    "output_format",
    "performanceConfig",
    "performance_config",
    "plugins",
    "prediction",
    "prompt",
    "promptVariables",
    "prompt_variables",
    "provider",
    "reasoning",
    "requestMetadata",
    "request_metadata",
    "response_format",
    "safetySettings",
    "safety_settings",
    "serviceTier",
    "stream_options",
    "structured_outputs",
    "system",
    "systemInstruction",
    "system_instruction",
    "text",
    "thinking",
    "toolConfig",
    "tool_choice",
    "tool_config",
    "tool_results",
    "tools",
    "usage",
    "web_search_options",
];

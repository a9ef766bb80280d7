//! Finds the request of an API among the arguments of a function.

use super::wire::recorded_body;
use serde_json::{Map, Value};

/// The input of a span.
#[derive(Clone, Copy, Debug)]
pub(super) enum Input<'a> {
    /// The arguments of a function, or any other value that a program records.
    Arguments(&'a Value),
    /// The body that was sent to an endpoint of a model. It is the request and nothing else.
    Body(&'a Value),
}

/// Returns the request in the input of a span, as `parse` reads it.
///
/// The input is a JSON object with the arguments of the function by name. The request is one of:
///
/// * the object itself: `fn chat(model: &str, messages: &[Message], temperature: f64)`;
/// * one argument, of any name: `fn chat(client: &Client, body: Value)`;
/// * one argument that is JSON text: `fn post(url: &str, body: String)`.
///
/// If two arguments are requests, it is unknown which one was sent, and the result is `None`.
pub(super) fn find_request<T>(input: Input<'_>, parse: impl Fn(&Value) -> Option<T>) -> Option<T> {
    let input = match input {
        Input::Body(body) => return parse(body),
        Input::Arguments(arguments) => arguments,
    };
    if let Some(request) = parse(input) {
        let reduced = input.as_object().and_then(without_foreign_arguments);
        return Some(reduced.and_then(|input| parse(&input)).unwrap_or(request));
    }
    let mut requests = input.as_object()?.values().filter_map(|argument| match argument {
        Value::String(text) => parse(&recorded_body::parse_json(text)?),
        argument => parse(argument),
    });
    requests.next().filter(|_| requests.next().is_none())
}

/// Returns the arguments without those that no API knows, or `None` if there are none.
///
/// Where the arguments are the request, values of the program may be among them: a client, a
/// configuration, a retry policy that implements `Serialize`. They would be recorded as parameters
/// of the call, and a client may contain credentials. A request that is one argument does not need
/// this: the program sends it as it is.
///
/// Objects and lists of objects are always removed. An unknown scalar, or a list of scalars, may be
/// a parameter that an API has added since, and cannot hold a whole client; it is kept beside a
/// model. Without a model, the arguments may only happen to look like a request, so all that is
/// unknown is removed. The test `find_request_with_a_serialized_client_drops_the_client` shows the
/// case.
fn without_foreign_arguments(arguments: &Map<String, Value>) -> Option<Value> {
    let is_text = |name: &&str| arguments.get(*name).is_some_and(Value::is_string);
    let has_model = ["model", "modelId"].iter().any(is_text);
    let is_foreign = |(name, value): &(&String, &Value)| {
        let has_fields = value.is_object()
            || value.as_array().is_some_and(|items| items.iter().any(Value::is_object));
        let is_known = |fields: &[&str]| fields.contains(&name.as_str());
        (has_fields || !has_model) && !is_known(&SCALAR_FIELDS) && !is_known(&OBJECT_FIELDS)
    };
    arguments.iter().find(is_foreign)?;
    let kept = arguments.iter().filter(|argument| !is_foreign(argument));
    Some(kept.map(|(name, value)| (name.clone(), value.clone())).collect())
}

/// The fields of the known requests that are neither objects nor lists of objects.
///
/// Names that are common for other arguments, such as `title` or `store`, are left out.
const SCALAR_FIELDS: [&str; 68] = [
    // OpenAI chat completions, responses and completions, and their compatible servers.
    "best_of",
    "frequency_penalty",
    "include",
    "instructions",
    "logprobs",
    "max_completion_tokens",
    "max_output_tokens",
    "max_tokens",
    "max_tool_calls",
    "min_p",
    "modalities",
    "n",
    "parallel_tool_calls",
    "presence_penalty",
    "previous_response_id",
    "prompt_cache_key",
    "reasoning_effort",
    "repetition_penalty",
    "safety_identifier",
    "safe_prompt",
    "random_seed",
    "seed",
    "service_tier",
    "stop",
    "stream",
    "suffix",
    "temperature",
    "top_k",
    "top_logprobs",
    "top_p",
    "truncation",
    "user",
    "verbosity",
    // Anthropic messages.
    "anthropic_beta",
    "anthropic_version",
    "stop_sequences",
    // Gemini `generateContent` and `embedContent`.
    "cachedContent",
    "cached_content",
    "outputDimensionality",
    "output_dimensionality",
    "taskType",
    "task_type",
    // Bedrock Converse.
    "additionalModelResponseFieldPaths",
    "additional_model_response_field_paths",
    // Bedrock `InvokeModel`.
    "maxTokens",
    "max_tokens_to_sample",
    "num_generations",
    "return_likelihoods",
    "topP",
    // Cohere chat, embed and rerank.
    "embedding_types",
    "input_type",
    "k",
    "max_tokens_per_doc",
    "message",
    "output_dimension",
    "p",
    "preamble",
    "prompt_truncation",
    "query",
    "return_documents",
    "safety_mode",
    "texts",
    "top_n",
    "truncate",
    // Ollama chat and generate.
    "keep_alive",
    "think",
    // OpenAI embeddings.
    "dimensions",
    "encoding_format",
];

/// The fields of the known requests that may be objects or lists of objects.
///
/// If a field is missing here, one parameter is not recorded, so the list need not be complete.
/// Fields that several APIs share are listed under the API that introduced them.
const OBJECT_FIELDS: [&str; 70] = [
    // OpenAI chat completions, also used by Groq, Mistral, DeepSeek, vLLM and OpenRouter.
    "audio",
    "function_call",
    "functions",
    "logit_bias",
    "messages",
    "metadata",
    "prediction",
    "response_format",
    "stream_options",
    "tool_choice",
    "tools",
    "web_search_options",
    // OpenAI responses. `input` is also a field of embeddings, `prompt` of completions.
    "conversation",
    "input",
    "prompt",
    "reasoning",
    "text",
    // Arguments of OpenAI's SDKs for fields and headers that the SDKs do not know.
    "extra_body",
    "extra_headers",
    // vLLM's extensions of OpenAI's API.
    "chat_template_kwargs",
    "guided_json",
    "structured_outputs",
    // OpenRouter's extensions of OpenAI's API.
    "plugins",
    "provider",
    "usage",
    // Mistral's extension of OpenAI's API.
    "guardrails",
    // Anthropic messages.
    "cache_control",
    "container",
    "context_management",
    "mcp_servers",
    "output_config",
    "output_format",
    "system",
    "thinking",
    // Gemini `generateContent`: camel case over HTTP, snake case and `config` in the SDKs.
    "config",
    "content",
    "contents",
    "requests",
    "generationConfig",
    "generation_config",
    "labels",
    "safetySettings",
    "safety_settings",
    "systemInstruction",
    "system_instruction",
    "toolConfig",
    "tool_config",
    // Bedrock Converse: camel case over HTTP, snake case in the AWS SDK for Rust. It also has
    // `toolConfig`, and `outputConfig` in both spellings.
    "additionalModelRequestFields",
    "additional_model_request_fields",
    "guardrailConfig",
    "guardrail_config",
    "inferenceConfig",
    "inference_config",
    "outputConfig",
    "performanceConfig",
    "performance_config",
    "promptVariables",
    "prompt_variables",
    "requestMetadata",
    "request_metadata",
    "serviceTier",
    // Cohere chat (versions 1 and 2), embed and rerank.
    "chat_history",
    "citation_options",
    "connectors",
    "documents",
    "inputs",
    "tool_results",
    // Ollama chat and generate.
    "format",
    "images",
    "options",
];

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Finds a request in the format of OpenAI's chat API, in its simplest form.
    fn find(input: &Value) -> Option<Value> {
        let is_request = |value: &Value| value.get("messages").is_some_and(Value::is_array);
        find_request(Input::Arguments(input), |value| is_request(value).then(|| value.clone()))
    }

    fn request() -> Value {
        json!({"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]})
    }

    #[test]
    fn find_request_with_one_matching_argument_returns_it() {
        let mut body = request();
        // The program sends this object as it is, so nothing is removed from it.
        body["brand_new"] = json!({"on": true});
        let input = json!({"url": "http://localhost", "body": body});
        assert_eq!(find(&input), Some(body.clone()));
        let input = json!({"url": "http://localhost", "body": body.to_string()});
        assert_eq!(find(&input), Some(body));
    }

    #[test]
    fn find_request_with_two_matching_arguments_returns_none() {
        assert_eq!(find(&json!({"a": request(), "b": request()})), None);
    }

    #[test]
    fn find_request_with_a_serialized_client_drops_the_client() {
        let mut input = request();
        input["stop"] = json!(["a"]);
        input["response_format"] = json!({"type": "json_object"});
        let expected = input.clone();
        input["client"] = json!({"base": "http://localhost", "key": "secret"});
        input["retries"] = json!([{"after": 1}]);
        assert_eq!(find(&input), Some(expected));
    }

    #[test]
    fn find_request_without_a_model_keeps_known_settings_only() {
        let messages = json!([{"role": "user", "content": "hi"}]);
        let input = json!({"messages": messages, "temperature": 0.5, "attempt": 3, "url": "x"});
        assert_eq!(find(&input), Some(json!({"messages": messages, "temperature": 0.5})));
        // The program sends this object as it is.
        let body = json!({"messages": messages, "attempt": 3});
        assert_eq!(find(&json!({"url": "x", "body": body})), Some(body));
    }

    #[test]
    fn fields_are_distinct() {
        let mut fields = [&OBJECT_FIELDS[..], &SCALAR_FIELDS[..]].concat();
        let count = fields.len();
        fields.sort_unstable();
        fields.dedup();
        assert_eq!(fields.len(), count);
    }
}

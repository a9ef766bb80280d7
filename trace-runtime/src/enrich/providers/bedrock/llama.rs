//! Meta's Llama models, which Bedrock serves by `InvokeModel`: completions of one prompt.
//!
//! Reference: <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-meta.html>.
//! Fixtures: `bedrock_llama*.json`.

use super::{ORIGIN, completion_request};
use crate::enrich::api::{ChatRequest, ChatResponse, Origin, tokens};
use crate::enrich::wire::merge::{UnknownChunks, append_text};
use crate::enrich::wire::value_deserializer::from_value;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Only Bedrock uses these names, and only for models of Meta.
const LLAMA: Origin = Origin { system: Some("meta"), ..ORIGIN };

/// Reads a request, which is recognized by `max_gen_len`. The model is in the URL.
///
/// ```json
/// {"prompt": "Why is the sky blue?", "max_gen_len": 512, "temperature": 0.5}
/// ```
pub(crate) fn request(value: &Value) -> Option<ChatRequest> {
    value.get("max_gen_len")?;
    completion_request(value, "prompt", LLAMA)
}

/// The body of a response.
///
/// ```json
/// {"generation": "Because ..", "prompt_token_count": 7, "generation_token_count": 42,
///  "stop_reason": "stop"}
/// ```
#[derive(Deserialize)]
struct Response {
    generation: String,
    prompt_token_count: Option<u64>,
    generation_token_count: Option<u64>,
    stop_reason: Option<String>,
}

/// Reads a response that has a count of its tokens.
pub(crate) fn response(value: &Value) -> Option<ChatResponse> {
    let response = from_value::<Response>(value)?;
    let tokens = tokens(response.prompt_token_count, response.generation_token_count)?;
    Some(ChatResponse {
        choices: vec![response.generation],
        finish_reason: response.stop_reason,
        tokens: Some(tokens),
        origin: LLAMA,
        ..ChatResponse::default()
    })
}

/// Assembles chunks, each of which has a piece of the text and the counts so far.
///
/// ```json
/// {"generation": "Because", "prompt_token_count": 7, "generation_token_count": 1, "stop_reason": null}
/// {"generation": " ..", "prompt_token_count": null, "generation_token_count": 42, "stop_reason": "stop"}
/// ```
pub(crate) fn assemble(chunks: &[Value]) -> Option<Value> {
    let is_chunk = |chunk: &Value| {
        chunk.get("generation").is_some_and(Value::is_string)
            && chunk.get("generation_token_count").is_some()
    };
    if !chunks.iter().any(is_chunk) {
        return None;
    }
    let mut response = Value::Object(Map::new());
    let mut unknown = UnknownChunks::default();
    for chunk in chunks {
        let Some(fields) = chunk.as_object().filter(|_| is_chunk(chunk)) else {
            unknown.keep(chunk);
            continue;
        };
        for (field, value) in fields {
            match value {
                Value::String(text) if field == "generation" => {
                    append_text(&mut response, field, text);
                }
                Value::Null => {}
                value => response[field.as_str()] = value.clone(),
            }
        }
    }
    unknown.add_to(response.as_object_mut()?);
    Some(response)
}

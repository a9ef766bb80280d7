//! Legacy completions (`POST /completions`), of OpenAI and of servers that still offer them (vLLM).
//!
//! Reference: <https://platform.openai.com/docs/api-reference/completions>. Fixtures:
//! `openai_completions*.json`. A request with one text is identical to one of Ollama's `generate`
//! and is read there.

use super::chat::Usage;
use crate::enrich::api::{ChatRequest, ChatResponse, parameters};
use crate::enrich::wire::merge::merge;
use crate::enrich::wire::value_deserializer::from_value;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The `object` of a response and of its chunks.
const OBJECT: &str = "text_completion";

/// The body of a request.
///
/// ```json
/// {"model": "gpt-3.5-turbo-instruct", "prompt": ["Once", "There"], "max_tokens": 16}
/// ```
#[derive(Deserialize)]
struct Request {
    model: String,
    prompt: Prompt,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// Several prompts in one request, as text or as token ids.
#[derive(Deserialize)]
#[serde(untagged)]
enum Prompt {
    Texts(Vec<String>),
    Tokens(#[expect(dead_code, reason = "matched, not read")] Vec<u64>),
    TokenLists(#[expect(dead_code, reason = "matched, not read")] Vec<Vec<u64>>),
}

/// Reads a completion request whose `prompt` is a list.
pub(crate) fn request(value: &Value) -> Option<ChatRequest> {
    let Request { model, prompt, rest } = from_value::<Request>(value)?;
    Some(ChatRequest {
        prompts: match prompt {
            Prompt::Texts(texts) if texts.is_empty() => return None,
            Prompt::Texts(texts) => texts,
            // Decoding token ids would need the vocabulary of the model.
            Prompt::Tokens(_) | Prompt::TokenLists(_) => Vec::new(),
        },
        parameters: parameters(Some(("model", &model)), rest),
        model: Some(model),
        ..ChatRequest::default()
    })
}

/// The body of a response.
///
/// ```json
/// {"object": "text_completion",
///  "choices": [{"index": 0, "text": " upon a time", "finish_reason": "length"}]}
/// ```
#[derive(Deserialize)]
struct Response {
    /// Required, because a list of choices with a text is too common to be recognized alone.
    object: String,
    choices: Vec<Choice>,
    model: Option<String>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Choice {
    text: String,
    finish_reason: Option<String>,
}

/// Reads a completion response.
pub(crate) fn response(value: &Value) -> Option<ChatResponse> {
    let Response { object, choices, model, usage } = from_value::<Response>(value)?;
    if object != OBJECT {
        return None;
    }
    Some(ChatResponse {
        finish_reason: choices.first()?.finish_reason.clone(),
        choices: choices.into_iter().map(|choice| choice.text).collect(),
        tokens: usage.and_then(|usage| usage.tokens()),
        model,
        ..ChatResponse::default()
    })
}

/// A chunk has the form of a response. Its choices continue those with the same index.
#[derive(Deserialize)]
struct Chunk {
    choices: Vec<ChunkChoice>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Deserialize)]
struct ChunkChoice {
    index: u64,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// Assembles chunks into one response by concatenating the `text` of each choice.
///
/// The last chunk may have the usage and an empty list of choices.
pub(crate) fn assemble(chunks: &[Value]) -> Option<Value> {
    let mut response = Map::new();
    let mut choices: BTreeMap<u64, Map<String, Value>> = BTreeMap::new();
    for chunk in chunks {
        let Chunk { choices: chunk_choices, rest } = from_value::<Chunk>(chunk)?;
        if rest.get("object")? != OBJECT {
            return None;
        }
        response.extend(rest.into_iter().filter(|(_, value)| !value.is_null()));
        for ChunkChoice { index, rest } in chunk_choices {
            let new_choice = || Map::from_iter([("index".to_owned(), index.into())]);
            merge(choices.entry(index).or_insert_with(new_choice), &rest);
        }
    }
    response.insert("choices".to_owned(), choices.into_values().collect());
    Some(response.into())
}

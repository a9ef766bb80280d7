//! `OpenAI`'s legacy completions, and the servers that still speak them (vLLM). A request for one
//! text is of the form of Ollama's, and read there.

use super::chat::Usage;
use crate::enrich::neutral::{ChatRequest, ChatResponse, parameters};
use crate::enrich::wire::merge::merge;
use crate::enrich::wire::value_deserializer::read;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

const OBJECT: &str = "text_completion";

#[derive(Deserialize)]
struct Request {
    model: String,
    prompt: Prompt,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Prompt {
    Texts(Vec<String>),
    Tokens(#[expect(dead_code, reason = "part of the shape")] Vec<u64>),
    TokenLists(#[expect(dead_code, reason = "part of the shape")] Vec<Vec<u64>>),
}

pub(crate) fn request(value: &Value) -> Option<ChatRequest> {
    let Request { model, prompt, rest } = read::<Request>(value)?;
    Some(ChatRequest {
        prompts: match prompt {
            Prompt::Texts(texts) if texts.is_empty() => return None,
            Prompt::Texts(texts) => texts,
            // Those are not turned back into text.
            Prompt::Tokens(_) | Prompt::TokenLists(_) => Vec::new(),
        },
        parameters: parameters(Some(("model", &model)), rest),
        model: Some(model),
        ..ChatRequest::default()
    })
}

#[derive(Deserialize)]
struct Response {
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

pub(crate) fn response(value: &Value) -> Option<ChatResponse> {
    let Response { object, choices, model, usage } = read::<Response>(value)?;
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

#[derive(Deserialize)]
struct Chunk {
    choices: Vec<Piece>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Deserialize)]
struct Piece {
    index: u64,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// One response whose choices have all of their texts. The last chunk may have the usage alone.
pub(crate) fn joined(chunks: &[Value]) -> Option<Value> {
    let mut response = Map::new();
    let mut choices: BTreeMap<u64, Map<String, Value>> = BTreeMap::new();
    for chunk in chunks {
        let Chunk { choices: pieces, rest } = read::<Chunk>(chunk)?;
        if rest.get("object")? != OBJECT {
            return None;
        }
        response.extend(rest.into_iter().filter(|(_, value)| !value.is_null()));
        for Piece { index, rest } in pieces {
            let begin = || Map::from_iter([("index".to_owned(), index.into())]);
            merge(choices.entry(index).or_insert_with(begin), &rest);
        }
    }
    response.insert("choices".to_owned(), choices.into_values().collect());
    Some(response.into())
}

//! What every API says in its own words: one model for all of them.

use crate::record::{Document, Json, Message, TokenCount, Tool};
use serde_json::{Map, Value};

/// The request of a chat or a completion.
#[derive(Debug, Default)]
pub(super) struct ChatRequest {
    pub(super) messages: Vec<Message>,
    /// The texts to complete, in place of messages or where they may be either.
    pub(super) prompts: Vec<String>,
    pub(super) tools: Vec<Tool>,
    pub(super) parameters: Option<Json>,
    pub(super) model: Option<String>,
    pub(super) vendor: Vendor,
}

/// The response to it.
#[derive(Debug, Default)]
pub(super) struct ChatResponse {
    /// Of the assistant, and of the tools that the API runs by itself.
    pub(super) messages: Vec<Message>,
    /// The texts that a completion adds, in place of messages.
    pub(super) choices: Vec<String>,
    pub(super) finish_reason: Option<String>,
    pub(super) tokens: Option<TokenCount>,
    pub(super) model: Option<String>,
    pub(super) vendor: Vendor,
}

/// What a shape alone proves: nothing, where several vendors and servers speak it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Vendor {
    /// Whose model it is.
    pub(super) system: Option<&'static str>,
    /// Who served it.
    pub(super) provider: Option<&'static str>,
}

/// The request of an embedding.
#[derive(Debug)]
pub(super) struct EmbeddingRequest {
    /// Empty where the request has token ids instead: those are not turned back into text.
    pub(super) texts: Vec<String>,
    pub(super) parameters: Option<Json>,
    pub(super) model: Option<String>,
}

/// The response to it.
#[derive(Debug)]
pub(super) struct EmbeddingResponse {
    /// None for a vector that is no list of numbers, nor base64 of one.
    pub(super) vectors: Vec<Option<Vec<f64>>>,
    pub(super) model: Option<String>,
    pub(super) tokens: Option<TokenCount>,
}

/// The request of a ranking.
#[derive(Debug)]
pub(super) struct RerankRequest {
    pub(super) query: String,
    pub(super) documents: Vec<Document>,
    pub(super) model: Option<String>,
    pub(super) top_k: Option<u64>,
}

/// A place in the response: which of the given documents, and its score.
#[derive(Debug)]
pub(super) struct Ranked {
    pub(super) index: usize,
    pub(super) score: f64,
    /// The document, if the response repeats it.
    pub(super) document: Option<Document>,
}

/// All fields of a request but those that have attributes of their own. A request that does not
/// name its model may be arguments that happen to look like one: then nothing.
pub(super) fn parameters(
    model: Option<(&str, &str)>,
    mut rest: Map<String, Value>,
) -> Option<Json> {
    let (field, model) = model?;
    retain_parameters(&mut rest);
    rest.insert(field.to_owned(), model.into());
    Some(Value::Object(rest).into())
}

/// Takes out what is not there, and what is a value of Rust's: where the arguments of a function are
/// the request, its client may be among them.
pub(super) fn retain_parameters(rest: &mut Map<String, Value>) {
    rest.retain(|_, value| !value.is_null() && !value.as_str().is_some_and(is_rust));
}

/// The name of a type in angle brackets, unlike `</s>`, or the `Debug` text of a struct.
fn is_rust(text: &str) -> bool {
    let is_type = |name: &str| {
        name.starts_with(char::is_uppercase)
            && name.contains(char::is_lowercase)
            && name.chars().all(|it| it.is_alphanumeric() || "_<>,&' ".contains(it))
    };
    let in_brackets = text.strip_prefix('<').and_then(|text| text.strip_suffix('>'));
    let before_fields = text.strip_suffix('}').and_then(|text| text.split_once(" { "));
    in_brackets.or(before_fields.map(|(name, _)| name)).is_some_and(is_type)
}

/// A name, unless it is empty.
pub(super) fn said(name: Option<String>) -> Option<String> {
    name.filter(|name| !name.is_empty())
}

/// The counts that an API gives, if it gives one.
pub(super) fn tokens(prompt: Option<u64>, completion: Option<u64>) -> Option<TokenCount> {
    match (prompt, completion) {
        (Some(prompt), Some(completion)) => Some(TokenCount::new(prompt, completion)),
        (Some(prompt), None) => Some(TokenCount::of_prompt(prompt)),
        (None, Some(completion)) => {
            Some(TokenCount { completion: Some(completion), ..TokenCount::default() })
        }
        (None, None) => None,
    }
}

/// Counts that exclude each other, added up.
pub(super) fn sum<const N: usize>(counts: [Option<u64>; N]) -> u64 {
    counts.into_iter().flatten().fold(0, u64::saturating_add)
}

/// The definitions of tools as they are sent.
pub(super) fn tools(definitions: Option<Vec<Value>>) -> Vec<Tool> {
    definitions.into_iter().flatten().map(Tool::new).collect()
}

/// What is JSON, or text that is JSON already.
pub(super) fn json(value: &Value) -> Json {
    match value {
        Value::String(text) => Json::from_text(text),
        value => Json::from(value.clone()),
    }
}

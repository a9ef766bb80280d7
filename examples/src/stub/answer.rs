//! The stub's answers, independent of the API.

use serde_json::{Map, Value};

/// An answer and its token counts. A word counts as one token.
pub(super) struct Answer {
    pub(super) content: Content,
    pub(super) prompt_tokens: usize,
    pub(super) completion_tokens: usize,
}

/// The content of an answer.
pub(super) enum Content {
    /// The text of an assistant message.
    Text(String),
    /// A tool's name, and its arguments as JSON text.
    Call(String, String),
}

/// Answers a message: calls the first tool if the user asks a question and tools are given, else
/// repeats the message. `tools` are the function objects of the request.
pub(super) fn answer(message: &str, is_question: bool, tools: &[&Value]) -> Answer {
    let content = match tools.first().filter(|_| is_question) {
        Some(tool) => call(tool, message),
        None => Content::Text(format!("Canned answer to: {message}")),
    };
    let completion_tokens = match &content {
        Content::Text(text) => tokens(text),
        Content::Call(name, arguments) => tokens(name) + tokens(arguments),
    };
    Answer { content, prompt_tokens: tokens(message), completion_tokens }
}

/// Counts the words of a text.
fn tokens(text: &str) -> usize {
    text.split_whitespace().count()
}

/// Returns a call of the tool with the last word of the question for each required parameter.
fn call(tool: &Value, question: &str) -> Content {
    let word = question.split_whitespace().last().unwrap_or_default();
    let word = word.trim_matches(|character: char| !character.is_alphanumeric());
    let required = tool["parameters"]["required"].as_array().into_iter().flatten();
    let arguments: Map<String, Value> =
        required.filter_map(|name| Some((name.as_str()?.to_owned(), word.into()))).collect();
    let name = tool["name"].as_str().unwrap_or_default();
    Content::Call(name.to_owned(), Value::Object(arguments).to_string())
}

/// Splits text into the two chunks in which the stub streams it.
pub(super) fn halves(text: &str) -> [&str; 2] {
    let middle = text.char_indices().nth(text.chars().count() / 2);
    text.split_at(middle.map_or(0, |(place, _)| place)).into()
}

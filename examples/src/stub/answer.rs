//! The stub's answers, independent of the API.

use super::script;
use serde_json::{Map, Value};
use std::time::Duration;

/// An answer and its token counts. A word counts as one token.
pub(super) struct Answer {
    pub(super) content: Content,
    pub(super) prompt_tokens: usize,
    pub(super) completion_tokens: usize,
    /// How long a model takes for the answer.
    pub(super) delay: Duration,
}

/// The content of an answer.
pub(super) enum Content {
    /// The text of an assistant message.
    Text(String),
    /// At least one tool call.
    Calls(Vec<Call>),
}

/// A tool call, with its arguments as JSON text.
pub(super) struct Call {
    pub(super) name: String,
    pub(super) arguments: String,
}

/// The tools of a request.
pub(super) struct Tools<'a> {
    /// The function objects.
    pub(super) functions: Vec<&'a Value>,
    /// Whether the answer may call the tool several times.
    pub(super) is_parallel: bool,
}

/// Answers a message: calls the first tool if the user asks a question and tools are given, answers by
/// the script if it knows the message, and else repeats the message.
pub(super) fn answer(message: &str, is_question: bool, tools: &Tools<'_>) -> Answer {
    let scripted = script::find(message);
    let content = match (tools.functions.first().filter(|_| is_question), scripted) {
        (Some(tool), _) => Content::Calls(calls(tool, message, tools.is_parallel)),
        (None, Some(text)) => Content::Text(text.to_owned()),
        (None, None) => Content::Text(format!("Canned answer to: {message}")),
    };
    let completion_tokens = match &content {
        Content::Text(text) => tokens(text),
        Content::Calls(calls) => {
            calls.iter().map(|call| tokens(&call.name) + tokens(&call.arguments)).sum()
        }
    };
    // Only the messages of the script take their time, so that tests stay fast.
    let thinks = scripted.map_or(0, |_| 30 + 4 * completion_tokens as u64);
    let delay = Duration::from_millis(thinks);
    Answer { content, prompt_tokens: tokens(message), completion_tokens, delay }
}

/// Counts the words of a text.
fn tokens(text: &str) -> usize {
    text.split_whitespace().count()
}

/// Returns calls of the tool, one for each name in the question if several are allowed, else one with
/// the last word of the question.
fn calls(tool: &Value, question: &str, is_parallel: bool) -> Vec<Call> {
    let is_letter = |character: char| character.is_alphanumeric();
    let words = question.split_whitespace();
    let words: Vec<&str> =
        words.map(|word| word.trim_matches(|letter| !is_letter(letter))).collect();
    let is_name = |word: &&&str| word.len() > 1 && word.starts_with(char::is_uppercase);
    let names: Vec<&str> = words.iter().skip(1).filter(is_name).copied().collect();
    if is_parallel && names.len() > 1 {
        return names.into_iter().map(|name| call(tool, name)).collect();
    }
    vec![call(tool, words.last().copied().unwrap_or_default())]
}

/// Returns a call of the tool with the word for each required parameter.
fn call(tool: &Value, word: &str) -> Call {
    let required = tool["parameters"]["required"].as_array().into_iter().flatten();
    let arguments: Map<String, Value> =
        required.filter_map(|name| Some((name.as_str()?.to_owned(), word.into()))).collect();
    let name = tool["name"].as_str().unwrap_or_default();
    Call { name: name.to_owned(), arguments: Value::Object(arguments).to_string() }
}

/// Splits text into the two chunks in which the stub streams it.
pub(super) fn halves(text: &str) -> [&str; 2] {
    let middle = text.char_indices().nth(text.chars().count() / 2);
    text.split_at(middle.map_or(0, |(place, _)| place)).into()
}

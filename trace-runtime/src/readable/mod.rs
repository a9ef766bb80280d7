//! Content as a person reads it: the text of messages and values, on one line.
//!
//! Attributes hold JSON, flattened lists and text of models. A terminal and the tree of a test show
//! the words in it: the last message of the user, the answer, the tool call.

mod file_url;
mod json;
mod limited;
mod line;
mod messages;

pub(crate) use file_url::file_url;
pub(crate) use line::{fitted, one_line, width, wrapped};

use crate::openinference::keys;
use opentelemetry::KeyValue;

/// Returns the input of a span as text: the last message of the user, else the input value. `None`
/// if there is neither, or nothing in it. At most `limit` characters are read.
pub(crate) fn input(attributes: &[KeyValue], limit: usize) -> Option<String> {
    let text = messages::last_user_text(attributes, limit)
        .or_else(|| text(attributes, &first_of(keys::LLM_PROMPTS, keys::PROMPT_TEXT)))
        .or_else(|| value(attributes, keys::INPUT_VALUE, limit))?;
    (!text.trim().is_empty()).then_some(text)
}

/// Returns the output of a span as text: the answer and its tool calls, else the output value.
pub(crate) fn output(attributes: &[KeyValue], limit: usize) -> Option<String> {
    let text = messages::answer(attributes, limit)
        .or_else(|| text(attributes, &first_of(keys::LLM_CHOICES, keys::COMPLETION_TEXT)))
        .or_else(|| value(attributes, keys::OUTPUT_VALUE, limit))?;
    (!text.trim().is_empty()).then_some(text)
}

/// Returns an attribute as text.
pub(crate) fn text(attributes: &[KeyValue], key: &str) -> Option<String> {
    let found = attributes.iter().find(|attribute| attribute.key.as_str() == key)?;
    Some(found.value.as_str().into_owned())
}

/// Returns the key of a field of the first item in a list.
fn first_of(list: &str, field: &str) -> String {
    format!("{list}.0.{field}")
}

/// Returns a value as text: the words in it, if it is JSON.
fn value(attributes: &[KeyValue], key: &str, limit: usize) -> Option<String> {
    text(attributes, key).map(|value| json::words(&value, limit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes(pairs: &[(&'static str, &'static str)]) -> Vec<KeyValue> {
        pairs.iter().map(|(key, value)| KeyValue::new(*key, *value)).collect()
    }

    #[test]
    fn input_of_a_conversation_is_the_last_message_of_the_user() {
        let span = attributes(&[
            ("input.value", r#"{"messages":[]}"#),
            ("llm.input_messages.0.message.role", "user"),
            ("llm.input_messages.0.message.content", "first"),
            ("llm.input_messages.10.message.role", "tool"),
            ("llm.input_messages.10.message.content", "sun"),
            ("llm.input_messages.9.message.role", "user"),
            ("llm.input_messages.9.message.contents.1.message_content.text", "last"),
            ("llm.input_messages.9.message.contents.0.message_content.text", "the"),
        ]);
        assert_eq!(input(&span, 100).as_deref(), Some("the last"));
    }

    #[test]
    fn output_of_an_answer_with_tool_calls_names_their_arguments() {
        let span = attributes(&[
            ("output.value", r#"{"choices":[]}"#),
            ("llm.output_messages.0.message.role", "assistant"),
            ("llm.output_messages.0.message.content", "One moment."),
            ("llm.output_messages.0.message.tool_calls.0.tool_call.function.name", "weather"),
            (
                "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments",
                r#"{"city":"Oslo","days":2}"#,
            ),
            ("llm.output_messages.0.message.tool_calls.1.tool_call.function.name", "now"),
            ("llm.output_messages.1.message.content", "another choice"),
        ]);
        assert_eq!(
            output(&span, 100).as_deref(),
            Some(r#"One moment. → weather(city: "Oslo", days: 2) → now()"#)
        );
    }

    #[test]
    fn output_of_a_completion_is_its_text() {
        let span = attributes(&[
            ("llm.choices.0.completion.text", "a text"),
            ("output.value", r#"{"choices":[]}"#),
        ]);
        assert_eq!(output(&span, 100).as_deref(), Some("a text"));
    }

    #[test]
    fn input_without_words_is_none() {
        for value in ["{}", "[]", "null", "", " "] {
            assert_eq!(input(&attributes(&[("input.value", value)]), 100), None, "{value:?}");
        }
    }
}

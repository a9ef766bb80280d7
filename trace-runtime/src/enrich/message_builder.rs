//! Builds the messages of a conversation from pieces, in the order in which the API sends them.

use crate::record::{AssistantMessage, AssistantPart, Message, Part, Reasoning, ToolCall};

/// One message of the assistant, collected from several blocks or items.
///
/// Anthropic sends one message as a list of blocks of text, thinking and tool use. OpenAI's
/// responses API sends a list of items, several of which form one message.
#[derive(Debug, Default)]
pub(super) struct AssistantTurn {
    /// Text, reasoning and media, in their order.
    pub(super) parts: Vec<AssistantPart>,
    pub(super) tool_calls: Vec<ToolCall>,
}

impl AssistantTurn {
    /// Adds text. Empty text is ignored: some servers send `"content": ""` next to tool calls.
    pub(super) fn push_text(&mut self, text: &str) {
        if !text.is_empty() {
            self.parts.push(AssistantPart::text(text));
        }
    }

    /// Adds reasoning. A block without any content is ignored: OpenAI sends an empty summary if the
    /// caller did not ask for one. Anthropic may send a signature alone.
    pub(super) fn push_reasoning(&mut self, reasoning: Reasoning) {
        let Reasoning { text, data, encrypted_content, signature, .. } = &reasoning;
        let contents = [text, data, encrypted_content, signature].into_iter().flatten();
        if contents.into_iter().any(|content| !content.is_empty()) {
            self.parts.push(reasoning.into());
        }
    }

    /// Adds any other part, such as an image.
    pub(super) fn push_part(&mut self, part: Part) {
        self.parts.push(part.into());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.parts.is_empty() && self.tool_calls.is_empty()
    }

    /// Returns the message. OpenInference has tool calls in a separate list, after the parts.
    pub(super) fn finish(self) -> AssistantMessage {
        let message = if self.parts.is_empty() {
            AssistantMessage::default()
        } else {
            AssistantMessage::new(self.parts)
        };
        self.tool_calls.into_iter().fold(message, AssistantMessage::tool_call)
    }
}

/// A list of messages that joins everything the assistant produces, until another role follows,
/// into one message.
#[derive(Default)]
pub(super) struct Messages {
    list: Vec<Message>,
    /// The message of the assistant that is still open.
    pub(super) turn: AssistantTurn,
}

impl Messages {
    /// Ends the open message of the assistant and adds another message.
    pub(super) fn push(&mut self, message: impl Into<Message>) {
        self.end_turn();
        self.list.push(message.into());
    }

    /// Returns the messages of a request.
    pub(super) fn finish(mut self) -> Vec<Message> {
        self.end_turn();
        self.list
    }

    /// Returns the messages of a response: at least one, even if the model generated nothing, so
    /// that the span shows an empty answer rather than none.
    pub(super) fn finish_response(self) -> Vec<Message> {
        let mut list = self.finish();
        if list.is_empty() {
            list.push(AssistantMessage::default().into());
        }
        list
    }

    /// Ends the open message of the assistant, so that the next part begins another one.
    pub(super) fn end_turn(&mut self) {
        let turn = std::mem::take(&mut self.turn);
        if !turn.is_empty() {
            self.list.push(turn.finish().into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::UserMessage;

    #[test]
    fn push_after_assistant_parts_ends_their_message() {
        let mut messages = Messages::default();
        messages.turn.push_text("a");
        messages.turn.push_text("");
        messages.turn.push_text("b");
        messages.push(UserMessage::new("c"));
        messages.turn.push_reasoning(Reasoning::new(""));
        let assistant =
            AssistantMessage::new(vec![AssistantPart::text("a"), AssistantPart::text("b")]);
        assert_eq!(messages.finish(), [assistant.into(), UserMessage::new("c").into()]);
    }

    #[test]
    fn finish_response_without_parts_returns_one_empty_message() {
        let empty: Message = AssistantMessage::default().into();
        assert_eq!(Messages::default().finish_response(), [empty]);
    }
}

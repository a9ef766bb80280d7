//! What an assistant says in one go, and the conversation it belongs to.

use crate::record::{AssistantMessage, AssistantPart, Message, Part, Reasoning, ToolCall};

/// One message of an assistant, spread over several blocks or items on the wire.
#[derive(Debug, Default)]
pub(super) struct AssistantTurn {
    pub(super) parts: Vec<AssistantPart>,
    pub(super) tool_calls: Vec<ToolCall>,
}

impl AssistantTurn {
    /// Text, unless it is empty as beside a tool call.
    pub(super) fn text(&mut self, text: &str) {
        if !text.is_empty() {
            self.parts.push(AssistantPart::text(text));
        }
    }

    /// Reasoning, unless the API tells nothing of it.
    pub(super) fn reason(&mut self, reasoning: Reasoning) {
        let Reasoning { text, data, encrypted_content, .. } = &reasoning;
        let said = [text, data, encrypted_content].into_iter().flatten();
        if said.into_iter().any(|text| !text.is_empty()) {
            self.parts.push(reasoning.into());
        }
    }

    pub(super) fn say(&mut self, part: Part) {
        self.parts.push(part.into());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.parts.is_empty() && self.tool_calls.is_empty()
    }

    pub(super) fn finish(self) -> AssistantMessage {
        let message = if self.parts.is_empty() {
            AssistantMessage::default()
        } else {
            AssistantMessage::new(self.parts)
        };
        self.tool_calls.into_iter().fold(message, AssistantMessage::tool_call)
    }
}

/// Messages, where all that an assistant says until another speaks is one.
#[derive(Default)]
pub(super) struct Messages {
    list: Vec<Message>,
    /// What the assistant says now.
    pub(super) turn: AssistantTurn,
}

impl Messages {
    pub(super) fn push(&mut self, message: impl Into<Message>) {
        self.end_turn();
        self.list.push(message.into());
    }

    pub(super) fn finish(mut self) -> Vec<Message> {
        self.end_turn();
        self.list
    }

    /// The messages of an answer: one at least, though it says nothing.
    pub(super) fn finish_answer(self) -> Vec<Message> {
        let mut list = self.finish();
        if list.is_empty() {
            list.push(AssistantMessage::default().into());
        }
        list
    }

    /// What the assistant says next is another message.
    pub(super) fn end_turn(&mut self) {
        let turn = std::mem::take(&mut self.turn);
        if !turn.is_empty() {
            self.list.push(turn.finish().into());
        }
    }
}

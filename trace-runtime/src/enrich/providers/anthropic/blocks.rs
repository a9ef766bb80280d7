//! The content blocks of Anthropic's messages.

use crate::enrich::api::{content, json, json_part};
use crate::enrich::message_builder::Messages;
use crate::enrich::wire::tagged::from_tagged;
use crate::record::{Content, Document, Image, Part, Reasoning, ToolCall, ToolMessage, data_url};
use serde::Deserialize;
use serde_json::Value;

/// A content block, by its `type`.
///
/// ```json
/// {"type": "thinking", "thinking": "First, ..", "signature": "EqQB.."}
/// {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "Paris"}}
/// {"type": "tool_result", "tool_use_id": "toolu_1", "content": "sunny"}
/// {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": ".."}}
/// ```
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ContentBlock {
    Text {
        text: String,
    },
    Thinking {
        thinking: String,
        /// Proves to the API that the thinking is unchanged when it is sent back. Empty in a stream
        /// until the `signature_delta` arrives.
        signature: Option<String>,
    },
    /// Thinking that the API encrypted because its safety filter flagged it.
    RedactedThinking {
        data: String,
    },
    /// A call of a tool that runs in the application, in the API, or on an MCP server.
    #[serde(alias = "server_tool_use", alias = "mcp_tool_use")]
    ToolUse {
        id: Option<String>,
        name: Option<String>,
        #[serde(default)]
        input: Value,
    },
    ToolResult {
        tool_use_id: Option<String>,
        /// A text or a list of blocks. Absent if the tool returned nothing.
        #[serde(default)]
        content: Value,
    },
    Image {
        source: Source,
    },
    Document {
        source: Source,
        title: Option<String>,
    },
    /// A type that is not known here. It is recorded as its JSON text, unless it is the result of a
    /// tool that the API ran.
    #[serde(other)]
    Other,
}

/// The `source` of an image or document, by its `type`.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Source {
    Base64 {
        media_type: String,
        data: String,
    },
    Text {
        data: String,
    },
    Url {
        url: String,
    },
    /// An upload of the Files API.
    File {
        file_id: String,
    },
    #[serde(other)]
    Other,
}

/// Reads the `content` of a message or of a tool result, or a `system` prompt.
pub(super) fn parse_content(value: &Value) -> Content {
    content(value, |block| ContentBlock::parse(block).into_part(block))
}

impl ContentBlock {
    /// Reads a block. A block with an unknown type, or without the fields of its type, is `Other`.
    pub(super) fn parse(value: &Value) -> Self {
        from_tagged(value, "type").unwrap_or(ContentBlock::Other)
    }

    /// Returns the block as a part. `value` is its JSON, which is recorded as text if there is no
    /// part for the block.
    pub(super) fn into_part(self, value: &Value) -> Part {
        match self {
            ContentBlock::Text { text } => Part::text(text),
            ContentBlock::Image { source } => match source.into_url() {
                Some(url) => Image::new(url).into(),
                None => json_part(value),
            },
            ContentBlock::Document { source, title } => {
                let document = match source {
                    Source::Text { data } => Document::new(data),
                    source => Document { url: source.into_url(), ..Document::default() },
                };
                Document { name: title, ..document }.into()
            }
            _ => json_part(value),
        }
    }
}

impl Source {
    /// Returns a URL, a `data:` URL, or the id of a file in place of one.
    fn into_url(self) -> Option<String> {
        match self {
            Source::Base64 { media_type, data } => Some(data_url(&media_type, &data)),
            Source::Url { url } => Some(url),
            Source::File { file_id } => Some(file_id),
            Source::Text { .. } | Source::Other => None,
        }
    }
}

/// Adds the content of an assistant message: a text, or a list of blocks.
///
/// The result of a tool that the API ran is among them. It becomes a separate tool message, so the
/// blocks before and after it belong to two assistant messages.
pub(super) fn add_assistant_content(messages: &mut Messages, content: &Value) {
    let Some(blocks) = content.as_array() else {
        return messages.turn.push_text(content.as_str().unwrap_or_default());
    };
    for value in blocks {
        let turn = &mut messages.turn;
        match ContentBlock::parse(value) {
            ContentBlock::Text { text } => turn.push_text(&text),
            ContentBlock::Thinking { thinking, signature } => {
                let signature = signature.filter(|signature| !signature.is_empty());
                turn.push_reasoning(Reasoning { signature, ..Reasoning::new(thinking) });
            }
            ContentBlock::RedactedThinking { data } => {
                turn.push_reasoning(Reasoning::redacted(data));
            }
            ContentBlock::ToolUse { id, name, input } => {
                let call = ToolCall::new(name.unwrap_or_default(), json(&input));
                turn.tool_calls.push(ToolCall { id, ..call });
            }
            block => match server_tool_result(value) {
                Some(result) => messages.push(result),
                None => turn.push_part(block.into_part(value)),
            },
        }
    }
}

/// Reads the result of a tool that the API ran, such as `web_search_tool_result` or
/// `mcp_tool_result`. Its content is a list of blocks, or an object of any fields.
fn server_tool_result(block: &Value) -> Option<ToolMessage> {
    block.get("type")?.as_str()?.strip_suffix("_tool_result")?;
    let call_id = block.get("tool_use_id")?.as_str()?;
    Some(ToolMessage::new(call_id, parse_content(block.get("content")?)))
}

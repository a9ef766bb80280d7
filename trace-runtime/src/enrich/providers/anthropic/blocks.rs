//! The blocks of Anthropic's messages.

use crate::enrich::neutral::json;
use crate::enrich::turn::Messages;
use crate::enrich::wire::value_deserializer::read;
use crate::record::{Content, Document, Image, Part, Reasoning, ToolCall, ToolMessage, data_url};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Blocks {
    Text(String),
    List(Vec<Value>),
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Block {
    Text {
        text: String,
    },
    Thinking {
        thinking: String,
        signature: Option<String>,
    },
    RedactedThinking {
        data: String,
    },
    #[serde(alias = "server_tool_use", alias = "mcp_tool_use")]
    ToolUse {
        id: String,
        name: String,
        input: Value,
    },
    ToolResult {
        tool_use_id: String,
        content: Option<Blocks>,
    },
    Image {
        source: Source,
    },
    Document {
        source: Source,
        title: Option<String>,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Source {
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
    File {
        file_id: String,
    },
    #[serde(other)]
    Other,
}

impl Blocks {
    pub(crate) fn content(self) -> Option<Content> {
        Some(match self {
            Blocks::Text(text) => text.into(),
            Blocks::List(blocks) => {
                let part = |value| Some(read::<Block>(value)?.part(value));
                blocks.iter().map(part).collect::<Option<Vec<Part>>>()?.into()
            }
        })
    }
}

impl Block {
    /// A block of a kind that is not known is shown as the JSON it is.
    pub(crate) fn part(self, value: &Value) -> Part {
        match self {
            Block::Text { text } => Part::text(text),
            Block::Image { source } => match source.url() {
                Some(url) => Image::new(url).into(),
                None => Part::text(value.to_string()),
            },
            Block::Document { source, title } => {
                let document = match source {
                    Source::Text { data } => Document::new(data),
                    source => Document { url: source.url(), ..Document::default() },
                };
                Document { name: title, ..document }.into()
            }
            _ => Part::text(value.to_string()),
        }
    }
}

impl Source {
    fn url(self) -> Option<String> {
        match self {
            Source::Base64 { media_type, data } => Some(data_url(&media_type, &data)),
            Source::Url { url } => Some(url),
            Source::File { file_id } => Some(file_id),
            Source::Text { .. } | Source::Other => None,
        }
    }
}

/// Adds what an assistant says, and what the tools answered that the API ran for it meanwhile.
pub(crate) fn add_turn(messages: &mut Messages, content: &Blocks) -> Option<()> {
    let blocks = match content {
        Blocks::Text(text) => {
            messages.turn.text(text);
            return Some(());
        }
        Blocks::List(blocks) => blocks,
    };
    for value in blocks {
        let turn = &mut messages.turn;
        match read::<Block>(value)? {
            Block::Text { text } => turn.text(&text),
            Block::Thinking { thinking, signature } => {
                let signature = signature.filter(|signature| !signature.is_empty());
                turn.reason(Reasoning { signature, ..Reasoning::new(thinking) });
            }
            Block::RedactedThinking { data } => turn.reason(Reasoning::redacted(data)),
            Block::ToolUse { id, name, input } => {
                turn.tool_calls.push(ToolCall::new(name, json(&input)).id(id));
            }
            block => match server_result(value) {
                Some(result) => messages.push(result),
                None => turn.say(block.part(value)),
            },
        }
    }
    Some(())
}

/// What a tool of the API's own answered, such as `web_search_tool_result`.
fn server_result(block: &Value) -> Option<ToolMessage> {
    block.get("type")?.as_str()?.strip_suffix("_tool_result")?;
    let call = block.get("tool_use_id")?.as_str()?;
    let content = block.get("content")?;
    let blocks = read::<Blocks>(content).and_then(Blocks::content);
    Some(ToolMessage::new(call, blocks.unwrap_or_else(|| content.to_string().into())))
}

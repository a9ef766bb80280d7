//! The parts of Gemini's contents.

use crate::enrich::api::json_part;
use crate::enrich::message_builder::Messages;
use crate::enrich::wire::value_deserializer::from_value;
use crate::record::{
    AssistantPart, Audio, Content, Document, Image, Part, Reasoning, ToolCall, ToolMessage, Video,
    data_url,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The tool name that is recorded for code which the model runs. The parts themselves name no tool;
/// this is Google's name for it in requests, in snake case.
const CODE_EXECUTION: &str = "code_execution";

/// A part. Its kind is the field that is set, and `thought` and `thoughtSignature` qualify it.
///
/// ```json
/// {"text": "First, ..", "thought": true}
/// {"inlineData": {"mimeType": "image/png", "data": ".."}}
/// {"functionCall": {"name": "weather", "args": {"city": "Paris"}}, "thoughtSignature": ".."}
/// {"functionResponse": {"name": "weather", "response": {"sky": "clear"}}}
/// {"executableCode": {"language": "PYTHON", "code": "print(2 + 3)"}}
/// {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "5\n"}}
/// ```
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WirePart {
    text: Option<String>,
    /// True if `text` summarizes the reasoning and is not output.
    thought: Option<bool>,
    #[serde(alias = "thought_signature")]
    thought_signature: Option<String>,
    #[serde(alias = "inline_data")]
    inline_data: Option<Blob>,
    #[serde(alias = "file_data")]
    file_data: Option<FileData>,
    #[serde(alias = "function_call")]
    function_call: Option<FunctionCall>,
    #[serde(alias = "function_response")]
    pub(super) function_response: Option<FunctionResponse>,
    #[serde(alias = "executable_code")]
    executable_code: Option<ExecutableCode>,
    #[serde(alias = "code_execution_result")]
    code_execution_result: Option<CodeExecutionResult>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Blob {
    #[serde(alias = "mime_type")]
    mime_type: String,
    /// Base64.
    data: String,
}

/// An upload of the Files API, or a video on `YouTube`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FileData {
    #[serde(alias = "mime_type")]
    mime_type: Option<String>,
    #[serde(alias = "file_uri")]
    file_uri: String,
}

#[derive(Deserialize)]
pub(super) struct FunctionCall {
    /// Optional: the Gemini API may omit it. The name then identifies the call.
    id: Option<String>,
    name: Option<String>,
    /// Missing if the function has no parameters.
    args: Option<Value>,
}

#[derive(Deserialize)]
pub(super) struct FunctionResponse {
    id: Option<String>,
    name: Option<String>,
    #[serde(default)]
    response: Value,
    /// Images and other media that the function returned.
    parts: Option<Vec<Value>>,
}

/// Code that the model generated and Google runs.
#[derive(Deserialize)]
pub(super) struct ExecutableCode {
    id: Option<String>,
    language: Option<String>,
    code: String,
}

#[derive(Deserialize)]
pub(super) struct CodeExecutionResult {
    id: Option<String>,
    /// `OUTCOME_OK`, `OUTCOME_FAILED` or `OUTCOME_DEADLINE_EXCEEDED`.
    outcome: String,
    /// The standard output or error. Missing if the code printed nothing or timed out.
    output: Option<String>,
}

impl FunctionResponse {
    pub(super) fn into_message(self) -> ToolMessage {
        let text = self.response.to_string();
        let content = match self.parts.filter(|parts| !parts.is_empty()) {
            Some(media) => {
                let mut parts = vec![Part::text(text)];
                parts.extend(parse_parts(&media));
                Content::Parts(parts)
            }
            None => Content::Text(text),
        };
        ToolMessage { tool_call_id: self.id, name: self.name, content }
    }
}

/// Reads parts that are neither calls nor responses, such as those of a system instruction.
pub(super) fn parse_parts(values: &[Value]) -> Vec<Part> {
    values.iter().map(|value| WirePart::parse(value).into_part(value)).collect()
}

/// The fields that a part of a known kind has.
const KINDS: [&str; 13] = [
    "text",
    "inlineData",
    "inline_data",
    "fileData",
    "file_data",
    "functionCall",
    "function_call",
    "functionResponse",
    "function_response",
    "executableCode",
    "executable_code",
    "codeExecutionResult",
    "code_execution_result",
];

/// Returns true if a part is of a known kind.
pub(super) fn is_part(value: &Value) -> bool {
    KINDS.iter().any(|kind| value.get(kind).is_some_and(|content| !content.is_null()))
}

impl WirePart {
    /// Reads a part. One of an unknown kind has no field that is set.
    pub(super) fn parse(value: &Value) -> Self {
        from_value(value).unwrap_or_default()
    }

    /// Returns text or media as a part. `value` is the JSON of the part, which is recorded as text
    /// if it is neither.
    pub(super) fn into_part(self, value: &Value) -> Part {
        match (self.text, self.inline_data, self.file_data) {
            (Some(text), ..) => Part::text(text),
            (None, Some(blob), _) => {
                media_part(&blob.mime_type, data_url(&blob.mime_type, &blob.data))
            }
            (None, None, Some(file)) => {
                media_part(&file.mime_type.unwrap_or_default(), file.file_uri)
            }
            (None, None, None) => json_part(value),
        }
    }
}

/// Returns a part for media by its type. A missing type, and any type other than image, audio and
/// video, is a document.
fn media_part(mime_type: &str, url: String) -> Part {
    match mime_type.split('/').next() {
        Some("image") => Image::new(url).into(),
        Some("audio") => Audio::new(url).mime_type(mime_type).into(),
        Some("video") => Video::new(url).into(),
        _ => Document::at(url).mime_type(mime_type).into(),
    }
}

/// Adds the parts of the model.
///
/// Code that Google runs becomes a tool call and its result a separate tool message, so the parts
/// before and after the result belong to two assistant messages.
pub(super) fn add_model_parts(messages: &mut Messages, values: &[Value]) {
    for value in values {
        let turn = &mut messages.turn;
        let part = WirePart::parse(value);
        let signature = part.thought_signature.clone().filter(|signature| !signature.is_empty());
        match part {
            WirePart { function_call: Some(call), thought_signature, .. } => {
                turn.tool_calls.push(call.into_tool_call(thought_signature));
            }
            WirePart { executable_code: Some(code), .. } => {
                turn.tool_calls.push(code.into_tool_call());
            }
            WirePart { code_execution_result: Some(result), .. } => {
                messages.push(result.into_message());
            }
            WirePart { text: Some(text), thought: Some(true), .. } => {
                turn.push_reasoning(Reasoning { signature, ..Reasoning::new(text) });
            }
            WirePart { text: Some(text), .. } => match signature {
                Some(signature) => turn.parts.push(AssistantPart::SignedText { text, signature }),
                None => turn.push_text(&text),
            },
            part => turn.push_part(part.into_part(value)),
        }
    }
}

impl FunctionCall {
    /// Returns the call. The signature of the thoughts before the call is a field beside it.
    fn into_tool_call(self, signature: Option<String>) -> ToolCall {
        let arguments = self.args.unwrap_or_else(|| Map::new().into());
        let call = ToolCall::new(self.name.unwrap_or_default(), arguments);
        ToolCall { id: self.id, reasoning_signature: signature, ..call }
    }
}

impl ExecutableCode {
    fn into_tool_call(self) -> ToolCall {
        let arguments = json!({"language": self.language, "code": self.code});
        ToolCall { id: self.id, ..ToolCall::new(CODE_EXECUTION, arguments) }
    }
}

impl CodeExecutionResult {
    /// Returns the output as a message, or the outcome if there is no output.
    fn into_message(self) -> ToolMessage {
        let text = self.output.filter(|output| !output.is_empty()).unwrap_or(self.outcome);
        let message = ToolMessage::of_tool(CODE_EXECUTION, text);
        ToolMessage { tool_call_id: self.id, ..message }
    }
}

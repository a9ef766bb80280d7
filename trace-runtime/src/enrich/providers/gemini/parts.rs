//! The parts of Gemini's contents.

use crate::enrich::turn::Messages;
use crate::enrich::wire::value_deserializer::read;
use crate::record::{
    Audio, Document, Image, Part, Reasoning, ToolCall, ToolMessage, Video, data_url,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// How Google names the tool that runs code.
const CODE_EXECUTION: &str = "code_execution";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WirePart {
    text: Option<String>,
    thought: Option<bool>,
    #[serde(alias = "thought_signature")]
    thought_signature: Option<String>,
    #[serde(alias = "inline_data")]
    inline_data: Option<Blob>,
    #[serde(alias = "file_data")]
    file_data: Option<File>,
    #[serde(alias = "function_call")]
    function_call: Option<FunctionCall>,
    #[serde(alias = "function_response")]
    pub(crate) function_response: Option<FunctionResponse>,
    #[serde(alias = "executable_code")]
    executable_code: Option<ExecutableCode>,
    #[serde(alias = "code_execution_result")]
    code_execution_result: Option<CodeResult>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Blob {
    #[serde(alias = "mime_type")]
    mime_type: String,
    data: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct File {
    #[serde(alias = "mime_type")]
    mime_type: Option<String>,
    #[serde(alias = "file_uri")]
    file_uri: String,
}

#[derive(Deserialize)]
pub(crate) struct FunctionCall {
    id: Option<String>,
    name: String,
    args: Option<Value>,
}

#[derive(Deserialize)]
pub(crate) struct FunctionResponse {
    id: Option<String>,
    name: String,
    response: Value,
}

/// What the model runs on Google's side.
#[derive(Deserialize)]
pub(crate) struct ExecutableCode {
    id: Option<String>,
    language: Option<String>,
    code: String,
}

#[derive(Deserialize)]
pub(crate) struct CodeResult {
    id: Option<String>,
    outcome: String,
    output: Option<String>,
}

impl FunctionResponse {
    pub(crate) fn message(self) -> ToolMessage {
        let message = ToolMessage::of_tool(self.name, self.response.to_string());
        ToolMessage { tool_call_id: self.id, ..message }
    }
}

pub(crate) fn parts(values: &[Value]) -> Option<Vec<Part>> {
    values.iter().map(|value| Some(read::<WirePart>(value)?.part(value))).collect()
}

impl WirePart {
    /// A part of a kind that is not known is shown as the JSON it is.
    pub(crate) fn part(self, value: &Value) -> Part {
        match (self.text, self.inline_data, self.file_data) {
            (Some(text), ..) => Part::text(text),
            (None, Some(blob), _) => media(&blob.mime_type, data_url(&blob.mime_type, &blob.data)),
            (None, None, Some(file)) => media(&file.mime_type.unwrap_or_default(), file.file_uri),
            (None, None, None) => Part::text(value.to_string()),
        }
    }
}

fn media(mime_type: &str, url: String) -> Part {
    match mime_type.split('/').next() {
        Some("image") => Image::new(url).into(),
        Some("audio") => Audio::new(url).mime_type(mime_type).into(),
        Some("video") => Video::new(url).into(),
        _ => Document::at(url).mime_type(mime_type).into(),
    }
}

/// Adds what a model says, and what code answered that ran for it meanwhile.
pub(crate) fn add_turn(messages: &mut Messages, values: &[Value]) -> Option<()> {
    for value in values {
        let turn = &mut messages.turn;
        match read::<WirePart>(value)? {
            WirePart { function_call: Some(call), thought_signature, .. } => {
                turn.tool_calls.push(call.call(thought_signature));
            }
            WirePart { executable_code: Some(code), .. } => turn.tool_calls.push(code.call()),
            WirePart { code_execution_result: Some(result), .. } => {
                messages.push(result.message());
            }
            WirePart { text: Some(text), thought: Some(true), thought_signature, .. } => {
                let signature = thought_signature.filter(|signature| !signature.is_empty());
                turn.reason(Reasoning { signature, ..Reasoning::new(text) });
            }
            WirePart { text: Some(text), .. } => turn.text(&text),
            part => turn.say(part.part(value)),
        }
    }
    Some(())
}

impl FunctionCall {
    fn call(self, signature: Option<String>) -> ToolCall {
        let arguments = self.args.unwrap_or_else(|| Map::new().into());
        let call = ToolCall::new(self.name, arguments);
        ToolCall { id: self.id, reasoning_signature: signature, ..call }
    }
}

impl ExecutableCode {
    fn call(self) -> ToolCall {
        let arguments = json!({"language": self.language, "code": self.code});
        ToolCall { id: self.id, ..ToolCall::new(CODE_EXECUTION, arguments) }
    }
}

impl CodeResult {
    fn message(self) -> ToolMessage {
        let said = self.output.filter(|output| !output.is_empty()).unwrap_or(self.outcome);
        let message = ToolMessage::of_tool(CODE_EXECUTION, said);
        ToolMessage { tool_call_id: self.id, ..message }
    }
}

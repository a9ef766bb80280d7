//! Amazon's Titan models, which Bedrock serves by `InvokeModel`: completions and embeddings.
//!
//! References:
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-text.html>,
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html>.
//! Fixtures: `bedrock_titan*.json`.

use super::{ORIGIN, completion_request};
use crate::enrich::api::{
    ChatRequest, ChatResponse, EmbeddingRequest, EmbeddingResponse, Origin, parameters, tokens,
    vector,
};
use crate::enrich::wire::lenient::{items, read_items};
use crate::enrich::wire::merge::{UnknownChunks, append_text};
use crate::enrich::wire::value_deserializer::from_value;
use crate::record::TokenCount;
use serde::Deserialize;
use serde_json::{Map, Value, json};

const TITAN: Origin = Origin { system: Some("amazon"), ..ORIGIN };

/// Reads the request of a completion, which is recognized by its configuration.
///
/// ```json
/// {"inputText": "Why is the sky blue?", "textGenerationConfig": {"maxTokenCount": 512}}
/// ```
pub(crate) fn text_request(value: &Value) -> Option<ChatRequest> {
    value.get("textGenerationConfig")?;
    completion_request(value, "inputText", TITAN)
}

/// Reads the response of a completion.
///
/// ```json
/// {"inputTextTokenCount": 7,
///  "results": [{"tokenCount": 42, "outputText": "Because ..", "completionReason": "FINISH"}]}
/// ```
pub(crate) fn text_response(value: &Value) -> Option<ChatResponse> {
    let results = items(value, "results");
    let text = |result: &Value| Some(result.get("outputText")?.as_str()?.to_owned());
    let choices = read_items(results, text, Value::to_string)?;
    let count = |of: &Value, field: &str| from_value::<u64>(of.get(field)?);
    let mut reasons = results.iter().filter_map(|it| it.get("completionReason")?.as_str());
    let generated: Vec<u64> = results.iter().filter_map(|it| count(it, "tokenCount")).collect();
    let generated = (!generated.is_empty()).then(|| generated.iter().sum());
    Some(ChatResponse {
        choices,
        finish_reason: reasons.next().map(str::to_owned),
        tokens: tokens(count(value, "inputTextTokenCount"), generated),
        origin: TITAN,
        ..ChatResponse::default()
    })
}

/// Assembles the chunks of a completion into one response. The counts are those so far.
///
/// ```json
/// {"outputText": "Because", "index": 0, "totalOutputTextTokenCount": null, "inputTextTokenCount": 7}
/// {"outputText": " ..", "index": 0, "totalOutputTextTokenCount": 42, "completionReason": "FINISH"}
/// ```
pub(crate) fn assemble(chunks: &[Value]) -> Option<Value> {
    let is_chunk = |chunk: &Value| {
        chunk.get("outputText").is_some_and(Value::is_string)
            && chunk.get("totalOutputTextTokenCount").is_some()
    };
    if !chunks.iter().any(is_chunk) {
        return None;
    }
    let (mut response, mut result) = (json!({}), json!({}));
    let mut unknown = UnknownChunks::default();
    for chunk in chunks {
        let Some(fields) = chunk.as_object().filter(|_| is_chunk(chunk)) else {
            unknown.keep(chunk);
            continue;
        };
        for (field, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
            match (field.as_str(), value) {
                ("outputText", Value::String(text)) => append_text(&mut result, field, text),
                ("totalOutputTextTokenCount", count) => result["tokenCount"] = count.clone(),
                ("completionReason", reason) => result["completionReason"] = reason.clone(),
                ("index", _) => {}
                (field, value) => response[field] = value.clone(),
            }
        }
    }
    response["results"] = json!([result]);
    unknown.add_to(response.as_object_mut()?);
    Some(response)
}

/// The body of a request for an embedding. The model is in the URL.
///
/// ```json
/// {"inputText": "Hi", "dimensions": 512, "normalize": true}
/// ```
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    input_text: Option<String>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

pub(crate) fn request(value: &Value) -> Option<EmbeddingRequest> {
    let Request { input_text, rest } = from_value::<Request>(value)?;
    let parameters = parameters(None, rest);
    Some(EmbeddingRequest { texts: vec![input_text?], parameters, model: None })
}

/// Reads the response with an embedding, whose token count has a name of its own.
///
/// ```json
/// {"embedding": [0.5, -1.0], "inputTextTokenCount": 2}
/// ```
pub(crate) fn response(value: &Value) -> Option<EmbeddingResponse> {
    let count = from_value::<u64>(value.get("inputTextTokenCount")?);
    let vectors = vec![Some(vector(value.get("embedding")?)?)];
    Some(EmbeddingResponse { vectors, model: None, tokens: count.map(TokenCount::of_prompt) })
}

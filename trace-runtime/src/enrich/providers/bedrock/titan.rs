//! Amazon's Titan embeddings, which Bedrock serves by `InvokeModel`.
//!
//! Reference:
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html>.
//! Fixture: `bedrock_titan_embed.json`.

use crate::enrich::api::{EmbeddingRequest, EmbeddingResponse, parameters, vector};
use crate::enrich::wire::value_deserializer::from_value;
use crate::record::TokenCount;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The body of a request. The model is in the URL.
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

/// Reads a response, whose token count has a name of its own.
///
/// ```json
/// {"embedding": [0.5, -1.0], "inputTextTokenCount": 2}
/// ```
pub(crate) fn response(value: &Value) -> Option<EmbeddingResponse> {
    let count = from_value::<u64>(value.get("inputTextTokenCount")?);
    let vectors = vec![Some(vector(value.get("embedding")?)?)];
    Some(EmbeddingResponse { vectors, model: None, tokens: count.map(TokenCount::of_prompt) })
}

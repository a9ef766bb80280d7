//! `embedContent` and `batchEmbedContents` of the Gemini API, and `predict` of Vertex AI.
//!
//! References: <https://ai.google.dev/api/embeddings>,
//! <https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api>.
//! Fixtures: `gemini_embed*.json`, `vertex_embed.json`.

use super::parts::is_part;
use crate::enrich::api::{EmbeddingRequest, EmbeddingResponse, retain_parameters, vector};
use crate::enrich::wire::lenient::{items, read_items};
use crate::enrich::wire::value_deserializer::from_value;
use crate::record::{Json, TokenCount};
use serde::Deserialize;
use serde_json::{Map, Value};

/// One text, in the body of a request or in the list of a batch.
///
/// ```json
/// {"model": "models/gemini-embedding-001", "content": {"parts": [{"text": "Hi"}]},
///  "taskType": "SEMANTIC_SIMILARITY"}
/// ```
#[derive(Deserialize)]
struct Request {
    /// Optional: over HTTP the model is in the URL, and in each item of a batch.
    model: Option<String>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// Reads a request with one `content`, or a batch: `{"requests": [..]}`, whose settings are those
/// of its first item.
pub(crate) fn request(value: &Value) -> Option<EmbeddingRequest> {
    let requests = items(value, "requests");
    let texts = if requests.is_empty() {
        vec![text(value)?]
    } else {
        read_items(requests, text, Value::to_string)?
    };
    let first = requests.iter().find(|request| text(request).is_some()).unwrap_or(value);
    let Request { model, mut rest } = from_value::<Request>(first)?;
    rest.remove("content");
    retain_parameters(&mut rest);
    if let Some(model) = &model {
        rest.insert("model".to_owned(), model.as_str().into());
    }
    let parameters = (!rest.is_empty()).then(|| Json::from(Value::Object(rest)));
    Some(EmbeddingRequest { texts, parameters, model })
}

/// Reads a request of Vertex AI, whose settings are those of the request and of its first instance.
///
/// ```json
/// {"instances": [{"content": "Hi", "task_type": "RETRIEVAL_QUERY"}],
///  "parameters": {"outputDimensionality": 256}}
/// ```
pub(crate) fn predict_request(value: &Value) -> Option<EmbeddingRequest> {
    let instances = items(value, "instances");
    let text = |instance: &Value| Some(instance.get("content")?.as_str()?.to_owned());
    let texts = read_items(instances, text, Value::to_string)?;
    let first = instances.iter().find(|instance| text(instance).is_some())?;
    let fields = [Some(first), value.get("parameters")].into_iter().flatten();
    let fields = fields.filter_map(Value::as_object).flatten();
    let mut rest: Map<String, Value> =
        fields.map(|(name, value)| (name.clone(), value.clone())).collect();
    rest.remove("content");
    retain_parameters(&mut rest);
    let parameters = (!rest.is_empty()).then(|| Json::from(Value::Object(rest)));
    Some(EmbeddingRequest { texts, parameters, model: None })
}

/// Reads a response of Vertex AI.
///
/// ```json
/// {"predictions": [{"embeddings": {"values": [0.5, -1.0], "statistics": {"token_count": 2}}}]}
/// ```
pub(crate) fn predict_response(value: &Value) -> Option<EmbeddingResponse> {
    let predictions = items(value, "predictions");
    let values = |it: &Value| vector(it.get("embeddings")?.get("values")?).map(Some);
    let vectors = read_items(predictions, values, |_| None)?;
    let count = |it: &Value| from_value::<u64>(it.pointer("/embeddings/statistics/token_count")?);
    let counts: Vec<u64> = predictions.iter().filter_map(count).collect();
    let tokens = (!counts.is_empty()).then(|| TokenCount::of_prompt(counts.iter().sum()));
    Some(EmbeddingResponse { vectors, model: None, tokens })
}

/// Returns the text of a `content`, or `None` if it has no known part. Other parts are left out.
fn text(request: &Value) -> Option<String> {
    let parts = items(request.get("content")?, "parts");
    let texts = parts.iter().filter_map(|part| part.get("text")?.as_str());
    parts.iter().any(is_part).then(|| texts.collect::<Vec<_>>().join("\n"))
}

/// Reads a response.
///
/// ```json
/// {"embedding": {"values": [0.5, -1.0]}}
/// {"embeddings": [{"values": [0.5, -1.0]}, {"values": [0.25, 2.0]}]}
/// ```
///
/// The response does not name the model. The counts are new and may be missing.
pub(crate) fn response(value: &Value) -> Option<EmbeddingResponse> {
    let values = |embedding: &Value| vector(embedding.get("values")?);
    let vectors = match value.get("embedding") {
        Some(embedding) => vec![Some(values(embedding)?)],
        None => read_items(items(value, "embeddings"), |item| values(item).map(Some), |_| None)?,
    };
    let usage = value.get("usageMetadata").or(value.get("usage_metadata"));
    let count = usage.and_then(|usage| {
        from_value::<u64>(usage.get("promptTokenCount").or(usage.get("prompt_token_count"))?)
    });
    Some(EmbeddingResponse { vectors, model: None, tokens: count.map(TokenCount::of_prompt) })
}

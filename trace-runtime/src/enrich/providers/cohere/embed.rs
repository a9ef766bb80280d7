//! Cohere's embed, versions 1 and 2 (`POST /v1/embed`, `POST /v2/embed`).
//!
//! Reference: <https://docs.cohere.com/v2/reference/embed>. Fixtures: `cohere_embed*.json`.

use crate::enrich::api::{EmbeddingRequest, EmbeddingResponse, parameters, vector};
use crate::enrich::wire::lenient::{items, read_items};
use crate::enrich::wire::value_deserializer::from_value;
use crate::record::TokenCount;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The body of a request. The second form belongs to version 2.
///
/// ```json
/// {"model": "embed-v4.0", "texts": ["a", "b"], "input_type": "search_document"}
/// {"model": "embed-v4.0", "inputs": [{"content": [{"type": "text", "text": "a"}]}]}
/// {"model": "embed-v4.0", "images": ["data:image/png;base64,.."], "input_type": "image"}
/// ```
///
/// Exactly one of `texts`, `inputs` and `images` is present. Voyage's multimodal embeddings have
/// `inputs` too.
#[derive(Deserialize)]
struct Request {
    model: Option<String>,
    texts: Option<Vec<Value>>,
    /// Version 2 only.
    inputs: Option<Vec<Value>>,
    images: Option<Vec<Value>>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// Reads a request.
pub(crate) fn request(value: &Value) -> Option<EmbeddingRequest> {
    let Request { model, texts, inputs, images, rest } = from_value::<Request>(value)?;
    let text = |text: &Value| text.as_str().map(str::to_owned);
    Some(EmbeddingRequest {
        texts: match (texts, inputs, images) {
            (Some(texts), None, _) => read_items(&texts, text, Value::to_string)?,
            (None, Some(inputs), _) => {
                read_items(&inputs, input_texts, |it| vec![it.to_string()])?.concat()
            }
            // An image has no text.
            (None, None, Some(images)) if images.iter().any(Value::is_string) => Vec::new(),
            _ => return None,
        },
        parameters: parameters(model.as_deref().map(|model| ("model", model)), rest),
        model,
    })
}

/// Returns the text of an input, whose vector is computed from a text, an image, or both. It is a
/// plain text for text-embeddings-inference, and the list of the parts of a document for Voyage's
/// contextualized embeddings, which have a vector for each part.
///
/// An image has an empty text, so that the texts after it keep their place beside their vectors.
fn input_texts(input: &Value) -> Option<Vec<String>> {
    match input {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(parts) => {
            read_items(parts, |part| part.as_str().map(str::to_owned), Value::to_string)
        }
        input => {
            let parts = input.get("content")?.as_array()?;
            let texts = parts.iter().filter_map(|part| part.get("text")?.as_str());
            Some(vec![texts.collect::<Vec<_>>().join("\n")])
        }
    }
}

/// The body of a response.
///
/// ```json
/// {"id": "da6e531f", "embeddings": {"float": [[0.5, -1.0]]},
///  "meta": {"billed_units": {"input_tokens": 2}}}
/// ```
///
/// The response does not name the model.
#[derive(Deserialize)]
struct Response {
    /// Required: Ollama's response has `embeddings` as a list too, but no id.
    id: String,
    meta: Option<Meta>,
}

#[derive(Deserialize)]
struct Meta {
    billed_units: Option<BilledUnits>,
}

/// The only count that an embed response has.
#[derive(Deserialize)]
struct BilledUnits {
    input_tokens: Option<u64>,
}

/// Reads a response.
///
/// The vectors are a list (version 1 without `embedding_types`), or an object with a list for each
/// type. Of the types only `float` is read. The others (`int8`, `ubinary`, ..) are quantized or
/// packed, so their numbers are not the components of a vector.
pub(crate) fn response(value: &Value) -> Option<EmbeddingResponse> {
    let Response { id, meta } = from_value::<Response>(value)?;
    let read = |list| read_items(list, |item| vector(item).map(Some), |_| None);
    let vectors = match value.get("embeddings")? {
        Value::Array(vectors) => read(vectors)?,
        by_type => read(items(by_type, "float")).or_else(|| by_type.is_object().then(Vec::new))?,
    };
    let billed_tokens = meta.and_then(|meta| meta.billed_units?.input_tokens);
    let tokens = billed_tokens.map(TokenCount::of_prompt);
    (!id.is_empty()).then_some(EmbeddingResponse { vectors, model: None, tokens })
}

//! The Embeddings API.

use super::{Body, Reply};
use serde_json::{Value, json};
use std::time::Duration;

/// Handles `POST /v1/embeddings`. A single text is a string, several are a list. A request with
/// `dimensions` receives vectors that are close for texts with common words; all others receive the same
/// vector for each text.
pub(super) fn serve(request: &Value) -> Reply {
    let texts = request["input"].as_array().cloned();
    let texts = texts.unwrap_or_else(|| vec![request["input"].clone()]);
    let dimensions = request["dimensions"].as_u64().and_then(|number| u16::try_from(number).ok());
    let vector = |text: &Value| match (request["encoding_format"].as_str(), dimensions) {
        // The vector below as little-endian 32-bit floats.
        (Some("base64"), _) => json!("zczMPc3MTD6amZk+"),
        (_, None | Some(0)) => json!([0.1, 0.2, 0.3]),
        (_, Some(dimensions)) => {
            json!(words(text.as_str().unwrap_or_default(), dimensions))
        }
    };
    let data = texts.iter().enumerate().map(
        |(index, text)| json!({ "object": "embedding", "index": index, "embedding": vector(text) }),
    );
    let body = Body::Json(json!({
        "object": "list",
        "model": request["model"],
        "data": data.collect::<Value>(),
        "usage": { "prompt_tokens": 2, "total_tokens": 2 },
    }));
    Reply { body, delay: Duration::from_millis(if dimensions.is_some() { 15 } else { 0 }) }
}

/// Returns a vector of length 1, in which each longer word of the text adds to one place.
fn words(text: &str, dimensions: u16) -> Vec<f32> {
    let mut vector = vec![0.0_f32; usize::from(dimensions)];
    for word in text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| word.len() > 3) {
        let stem = word.to_lowercase();
        let stem = stem.trim_end_matches('s');
        // FNV-1a
        let hash = stem.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
        });
        let place = usize::try_from(hash % u64::from(dimensions)).unwrap_or_default();
        vector[place] += 1.0;
    }
    let length = vector.iter().map(|part| part * part).sum::<f32>().sqrt();
    vector.iter().map(|part| if length > 0.0 { part / length } else { 0.0 }).collect()
}

//! The Embeddings API.

use axum::Json;
use serde_json::{Value, json};

/// Handles `POST /v1/embeddings`: returns the same vector for each text. A single text is a string,
/// several are a list.
pub(super) async fn serve(Json(request): Json<Value>) -> Json<Value> {
    let texts = request["input"].as_array().map_or(1, Vec::len);
    let vector = match request["encoding_format"].as_str() {
        // The vector below as little-endian 32-bit floats.
        Some("base64") => json!("zczMPc3MTD6amZk+"),
        _ => json!([0.1, 0.2, 0.3]),
    };
    let embedding = |index| json!({ "object": "embedding", "index": index, "embedding": vector });
    Json(json!({
        "object": "list",
        "model": request["model"],
        "data": (0..texts).map(embedding).collect::<Value>(),
        "usage": { "prompt_tokens": 2, "total_tokens": 2 },
    }))
}

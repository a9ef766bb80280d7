//! Generated images (`POST /images/generations`).
//!
//! Reference: <https://platform.openai.com/docs/api-reference/images>. Fixture:
//! `openai_images.json`. The request is a model and a prompt, and is read with others of this form.

use super::parts::image_from_base64;
use super::responses::Usage;
use crate::enrich::api::ChatResponse;
use crate::enrich::wire::lenient::items;
use crate::enrich::wire::value_deserializer::from_value;
use crate::record::Image;
use serde::Deserialize;
use serde_json::Value;

/// The body of a response.
///
/// ```json
/// {"created": 1713833628, "data": [{"b64_json": "iVBORw0KGgo="}], "output_format": "png",
///  "usage": {"input_tokens": 50, "output_tokens": 50, "total_tokens": 100}}
/// ```
#[derive(Deserialize)]
struct Response {
    output_format: Option<String>,
    usage: Option<Usage>,
}

/// Reads a response, of which at least one item must be an image. Its time is required, because a
/// list of URLs is too common to be recognized alone.
pub(crate) fn response(value: &Value) -> Option<ChatResponse> {
    from_value::<u64>(value.get("created")?)?;
    let Response { output_format, usage } = from_value::<Response>(value)?;
    let image = |item: &Value| {
        if let Some(url) = item.get("url").and_then(Value::as_str) {
            return Some(Image::new(url));
        }
        let data = item.get("b64_json")?.as_str()?;
        Some(match &output_format {
            Some(format) => Image::base64(&format!("image/{format}"), data),
            None => image_from_base64(data),
        })
    };
    let images: Vec<Image> = items(value, "data").iter().filter_map(image).collect();
    (!images.is_empty()).then(|| ChatResponse {
        images,
        tokens: usage.and_then(|usage| usage.tokens()),
        ..ChatResponse::default()
    })
}

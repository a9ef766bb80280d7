//! The content parts of OpenAI's chat messages, with the additions of compatible servers: videos
//! (vLLM), document URLs and thinking (Mistral), documents and thinking (Cohere).

use crate::enrich::api::{json, json_part};
use crate::enrich::message_builder::AssistantTurn;
use crate::enrich::wire::tagged::from_tagged;
use crate::record::{Audio, Document, Image, Part, Reasoning, Video, data_url};
use serde::Deserialize;
use serde_json::Value;

/// A content part, by its `type`.
///
/// ```json
/// {"type": "text", "text": "Describe it."}
/// {"type": "image_url", "image_url": {"url": "data:image/png;base64,.."}}
/// {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}}
/// {"type": "file", "file": {"file_id": "file-1"}}
/// ```
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum WirePart {
    Text {
        text: String,
    },
    Refusal {
        refusal: String,
    },
    ImageUrl {
        image_url: WireUrl,
    },
    InputAudio {
        input_audio: WireAudioInput,
    },
    /// vLLM.
    VideoUrl {
        video_url: WireUrl,
    },
    /// vLLM.
    AudioUrl {
        audio_url: WireUrl,
    },
    /// Mistral.
    DocumentUrl {
        document_url: WireUrl,
        document_name: Option<String>,
    },
    File {
        file: Option<WireFile>,
        /// Mistral has the id beside the type: `{"type": "file", "file_id": ".."}`.
        file_id: Option<String>,
    },
    /// Mistral and Cohere.
    Thinking {
        /// A text (Cohere) or a list of text parts (Mistral).
        thinking: Value,
    },
    /// Cohere.
    Document {
        document: WireDocument,
    },
    /// A type that is not known here. It is recorded as its JSON text.
    #[serde(other)]
    Other,
}

/// A URL as `{"url": ".."}` (OpenAI) or as a plain text (Mistral).
#[derive(Deserialize)]
#[serde(untagged)]
enum WireUrl {
    Bare(String),
    Object { url: String },
}

/// Audio as `{"data": .., "format": "wav"}` (OpenAI) or as a plain text (Mistral), which is either
/// a URL or base64 without a format.
#[derive(Deserialize)]
#[serde(untagged)]
enum WireAudioInput {
    Bare(String),
    Object(WireAudioData),
}

#[derive(Deserialize)]
struct WireAudioData {
    data: String,
    format: String,
}

/// A file, by the id of an upload or with its data as a `data:` URL.
#[derive(Default, Deserialize)]
struct WireFile {
    file_id: Option<String>,
    filename: Option<String>,
    file_data: Option<String>,
}

/// A document in the result of a tool, which Cohere's models cite by its id.
#[derive(Deserialize)]
struct WireDocument {
    id: Option<String>,
    /// An object of any fields, or its JSON text.
    data: Value,
}

/// Adds a part of an assistant message. Thinking is reasoning here, while [`parse_part`], which
/// reads the parts of other roles, keeps it as JSON.
pub(crate) fn add_assistant_part(turn: &mut AssistantTurn, value: &Value) {
    match from_tagged::<WirePart>(value, "type") {
        Some(WirePart::Thinking { thinking }) => {
            turn.push_reasoning(Reasoning::new(match &thinking {
                Value::String(text) => text.clone(),
                // Mistral may also put a `reference` here, which has no text and is skipped.
                Value::Array(parts) => {
                    parts.iter().filter_map(|part| part["text"].as_str()).collect()
                }
                other => other.to_string(),
            }));
        }
        Some(WirePart::Text { text }) => turn.push_text(&text),
        _ => turn.push_part(parse_part(value)),
    }
}

/// Reads a part. A part with an unknown type, without a type, or without the fields of its type
/// becomes its JSON text.
pub(crate) fn parse_part(value: &Value) -> Part {
    parse_known_part(value).unwrap_or_else(|| json_part(value))
}

fn parse_known_part(value: &Value) -> Option<Part> {
    Some(match from_tagged::<WirePart>(value, "type")? {
        WirePart::Text { text } | WirePart::Refusal { refusal: text } => Part::text(text),
        WirePart::ImageUrl { image_url } => Image::new(image_url.into_url()).into(),
        WirePart::VideoUrl { video_url } => Video::new(video_url.into_url()).into(),
        WirePart::AudioUrl { audio_url } => Audio::new(audio_url.into_url()).into(),
        WirePart::DocumentUrl { document_url, document_name: name } => {
            Document { name, ..Document::at(document_url.into_url()) }.into()
        }
        WirePart::InputAudio { input_audio } => input_audio.into_audio().into(),
        WirePart::File { file: Some(file), .. } => file.into_document().into(),
        WirePart::File { file: None, file_id } => {
            WireFile { file_id: Some(file_id?), ..WireFile::default() }.into_document().into()
        }
        WirePart::Document { document: WireDocument { id, data } } => {
            Document { id, ..Document::new(json(&data).as_str()) }.into()
        }
        WirePart::Thinking { .. } | WirePart::Other => return None,
    })
}

/// Returns a base64 image with a `data:` URL.
///
/// Ollama's `images` and OpenAI's image generation state no media type. It is derived from the
/// first bytes of the file: `/9j/` is base64 of the JPEG marker FF D8 FF, `R0lGOD` of `GIF8`,
/// `UklGR` of the `RIFF` header of WebP.
pub(crate) fn image_from_base64(data: &str) -> Image {
    let signatures = [("/9j/", "image/jpeg"), ("R0lGOD", "image/gif"), ("UklGR", "image/webp")];
    let found = signatures.iter().find(|(signature, _)| data.starts_with(signature));
    Image::base64(found.map_or("image/png", |(_, mime_type)| mime_type), data)
}

impl WireUrl {
    fn into_url(self) -> String {
        match self {
            WireUrl::Bare(url) | WireUrl::Object { url } => url,
        }
    }
}

impl WireAudioInput {
    fn into_audio(self) -> Audio {
        match self {
            // The base64 alphabet has no colon, every URL has one.
            WireAudioInput::Bare(url) if url.contains(':') => Audio::new(url),
            WireAudioInput::Bare(data) => Audio::new(data_url("audio/*", &data)),
            WireAudioInput::Object(WireAudioData { data, format }) => {
                let mime_type = format!("audio/{format}");
                Audio::new(data_url(&mime_type, &data)).mime_type(mime_type)
            }
        }
    }
}

impl WireFile {
    /// Returns the document with the data as its URL. The id of an upload is kept as its id.
    fn into_document(self) -> Document {
        let WireFile { file_id: id, filename: name, file_data: url } = self;
        Document { id, url, name, ..Document::default() }
    }
}

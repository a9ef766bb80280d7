//! The parts of the messages of `OpenAI`'s chat completions, and those that compatible servers add:
//! videos (vLLM), documents and thinking (Mistral, Cohere).

use crate::enrich::neutral::json;
use crate::enrich::turn::AssistantTurn;
use crate::enrich::wire::value_deserializer::read;
use crate::record::{Audio, Document, Image, Part, Reasoning, Video, data_url};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
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
        input_audio: WireSound,
    },
    VideoUrl {
        video_url: WireUrl,
    },
    DocumentUrl {
        document_url: WireUrl,
        document_name: Option<String>,
    },
    File {
        file: Option<WireFile>,
        /// Mistral's.
        file_id: Option<String>,
    },
    Thinking {
        thinking: WireThinking,
    },
    Document {
        document: WireDocument,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WireUrl {
    Bare(String),
    Object { url: String },
}

/// Mistral's is bare: an URL, or base64 of a format that it does not say.
#[derive(Deserialize)]
#[serde(untagged)]
enum WireSound {
    Bare(String),
    Object(WireAudio),
}

#[derive(Deserialize)]
struct WireAudio {
    data: String,
    format: String,
}

#[derive(Default, Deserialize)]
struct WireFile {
    file_id: Option<String>,
    filename: Option<String>,
    file_data: Option<String>,
}

/// What a tool found, for Cohere to cite.
#[derive(Deserialize)]
struct WireDocument {
    id: Option<String>,
    data: Value,
}

/// Mistral's is a list of parts, Cohere's is text.
#[derive(Deserialize)]
#[serde(untagged)]
enum WireThinking {
    Text(String),
    Parts(Vec<WireThought>),
}

#[derive(Deserialize)]
struct WireThought {
    text: Option<String>,
}

/// A part that only an assistant writes, or any other.
pub(crate) fn assistant_part(turn: &mut AssistantTurn, value: &Value) -> Option<()> {
    match read::<WirePart>(value)? {
        WirePart::Thinking { thinking } => turn.reason(Reasoning::new(match thinking {
            WireThinking::Text(text) => text,
            WireThinking::Parts(parts) => parts.into_iter().filter_map(|part| part.text).collect(),
        })),
        WirePart::Text { text } => turn.text(&text),
        _ => turn.say(part(value)?),
    }
    Some(())
}

/// A part; one of a type that is not known is shown as the JSON it is.
pub(crate) fn part(value: &Value) -> Option<Part> {
    Some(match read::<WirePart>(value)? {
        WirePart::Text { text } | WirePart::Refusal { refusal: text } => Part::text(text),
        WirePart::ImageUrl { image_url } => Image::new(image_url.url()).into(),
        WirePart::VideoUrl { video_url } => Video::new(video_url.url()).into(),
        WirePart::DocumentUrl { document_url, document_name: name } => {
            Document { name, ..Document::at(document_url.url()) }.into()
        }
        WirePart::InputAudio { input_audio } => input_audio.audio().into(),
        WirePart::File { file: Some(file), .. } => file.document().into(),
        WirePart::File { file: None, file_id } => {
            WireFile { file_id: Some(file_id?), ..WireFile::default() }.document().into()
        }
        WirePart::Document { document: WireDocument { id, data } } => {
            Document { id, ..Document::new(json(&data).as_str()) }.into()
        }
        WirePart::Thinking { .. } | WirePart::Other => Part::text(value.to_string()),
    })
}

/// A base64 encoded image, whose first bytes say what kind it is.
pub(crate) fn image(data: &str) -> Part {
    let kinds = [("/9j/", "image/jpeg"), ("R0lGOD", "image/gif"), ("UklGR", "image/webp")];
    let kind = kinds.iter().find(|(begins, _)| data.starts_with(begins));
    Image::base64(kind.map_or("image/png", |(_, mime_type)| mime_type), data).into()
}

impl WireUrl {
    fn url(self) -> String {
        match self {
            WireUrl::Bare(url) | WireUrl::Object { url } => url,
        }
    }
}

impl WireSound {
    fn audio(self) -> Audio {
        match self {
            WireSound::Bare(url) if url.contains(':') => Audio::new(url),
            WireSound::Bare(data) => Audio::new(data_url("audio/*", &data)),
            WireSound::Object(WireAudio { data, format }) => {
                let mime_type = format!("audio/{format}");
                Audio::new(data_url(&mime_type, &data)).mime_type(mime_type)
            }
        }
    }
}

impl WireFile {
    fn document(self) -> Document {
        let WireFile { file_id: id, filename: name, file_data: url } = self;
        Document { id, url, name, ..Document::default() }
    }
}

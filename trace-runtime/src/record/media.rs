//! Images, audio and video, by URL or as inline base64 data.

use super::attributes::Attributes;
use crate::openinference::keys;
use serde::Serialize;

/// An image in a message: an `http(s)` URL, the URI of an object store, or inline base64 data.
///
/// Attribute, below `message_content.image`: `image.url`. Inline data is a data URL. If it is
/// longer than [`Mask::base64_image_max_length`](crate::mask::Mask::base64_image_max_length), it is
/// redacted.
///
/// ```
/// use trace_runtime::record::{Image, Part, UserMessage};
///
/// let photo = Image::new("https://example.com/cat.png");
/// let inline = Image::base64("image/png", "iVBORw0KGgo=");
/// let message = UserMessage::new([Part::text("Which cat?"), photo.into(), inline.into()]);
/// # let _ = message;
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Image {
    url: String,
}

impl Image {
    /// Creates an image from its URL.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Image { url: url.into() }
    }

    /// Creates an image from inline data. `data` is base64 already.
    #[must_use]
    pub fn base64(mime_type: &str, data: &str) -> Self {
        Image { url: data_url(mime_type, data) }
    }

    pub(super) fn write(&self, attributes: &mut Attributes) {
        attributes.set(keys::IMAGE_URL, &self.url);
    }
}

/// Audio in a message: an `http(s)` URL, the URI of an object store, or inline base64 data.
///
/// Attributes, below `message_content.audio`: `audio.url`, `audio.mime_type`, `audio.transcript`.
///
/// ```
/// use trace_runtime::record::Audio;
///
/// let audio = Audio::base64("audio/wav", "UklGRg==").transcript("Where is the station?");
/// # let _ = audio;
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Audio {
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    mime_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transcript: Option<String>,
}

impl Audio {
    /// Creates audio from its URL.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Audio { url: url.into(), mime_type: None, transcript: None }
    }

    /// Creates audio from inline data. `data` is base64 already.
    #[must_use]
    pub fn base64(mime_type: &str, data: &str) -> Self {
        Audio::new(data_url(mime_type, data)).mime_type(mime_type)
    }

    /// Sets the MIME type, such as `audio/wav`.
    #[must_use]
    pub fn mime_type(mut self, mime_type: impl Into<String>) -> Self {
        self.mime_type = Some(mime_type.into());
        self
    }

    /// Sets the transcript of the speech.
    #[must_use]
    pub fn transcript(mut self, transcript: impl Into<String>) -> Self {
        self.transcript = Some(transcript.into());
        self
    }

    pub(super) fn write(&self, attributes: &mut Attributes) {
        attributes.set(keys::AUDIO_URL, &self.url);
        attributes.set(keys::AUDIO_MIME_TYPE, &self.mime_type);
        attributes.set(keys::AUDIO_TRANSCRIPT, &self.transcript);
    }
}

/// A video in a message: an `http(s)` URL, the URI of an object store, or inline base64 data.
///
/// Attribute, below `message_content.video`: `video.url`.
///
/// ```
/// use trace_runtime::record::Video;
///
/// let video = Video::new("gs://bucket/clip.mp4");
/// # let _ = video;
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Video {
    url: String,
}

impl Video {
    /// Creates a video from its URL.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Video { url: url.into() }
    }

    /// Creates a video from inline data. `data` is base64 already.
    #[must_use]
    pub fn base64(mime_type: &str, data: &str) -> Self {
        Video { url: data_url(mime_type, data) }
    }

    pub(super) fn write(&self, attributes: &mut Attributes) {
        attributes.set(keys::VIDEO_URL, &self.url);
    }
}

/// Formats inline data as a data URL (RFC 2397), for example `data:image/png;base64,iVBORw0K`.
pub(crate) fn data_url(mime_type: &str, base64: &str) -> String {
    format!("data:{mime_type};base64,{base64}")
}

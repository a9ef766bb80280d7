//! Images, audio and video: where they are, or the data themselves as a data URL.

use super::attributes::Attributes;
use crate::openinference::keys;
use serde::Serialize;

/// An image, as an URL, an object store's URI or a base64 data URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Image {
    url: String,
}

impl Image {
    /// The image at `url`.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Image { url: url.into() }
    }

    /// The image itself, base64 encoded.
    #[must_use]
    pub fn base64(mime_type: &str, data: &str) -> Self {
        Image { url: data_url(mime_type, data) }
    }

    pub(super) fn write(&self, attributes: &mut Attributes) {
        attributes.set(keys::IMAGE_URL, &self.url);
    }
}

/// Audio, as an URL, an object store's URI or a base64 data URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Audio {
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    mime_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    transcript: Option<String>,
}

impl Audio {
    /// The audio at `url`.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Audio { url: url.into(), mime_type: None, transcript: None }
    }

    /// The audio itself, base64 encoded.
    #[must_use]
    pub fn base64(mime_type: &str, data: &str) -> Self {
        Audio::new(data_url(mime_type, data)).mime_type(mime_type)
    }

    /// What kind of audio it is, such as `audio/wav`.
    #[must_use]
    pub fn mime_type(mut self, mime_type: impl Into<String>) -> Self {
        self.mime_type = Some(mime_type.into());
        self
    }

    /// What is said in it.
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

/// A video, as an URL, an object store's URI or a base64 data URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Video {
    url: String,
}

impl Video {
    /// The video at `url`.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Video { url: url.into() }
    }

    /// The video itself, base64 encoded.
    #[must_use]
    pub fn base64(mime_type: &str, data: &str) -> Self {
        Video { url: data_url(mime_type, data) }
    }

    pub(super) fn write(&self, attributes: &mut Attributes) {
        attributes.set(keys::VIDEO_URL, &self.url);
    }
}

/// Data in place of an URL, as RFC 2397 writes them.
pub(crate) fn data_url(mime_type: &str, base64: &str) -> String {
    format!("data:{mime_type};base64,{base64}")
}

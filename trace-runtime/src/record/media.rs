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
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, Image, InputMessages, UserMessage};
    ///
    /// let message = UserMessage::new([Image::new("https://example.com/cat.png").into()]);
    /// let attributes = Attributes::of(&InputMessages::default().message(message));
    /// let key = "llm.input_messages.0.message.contents.0.message_content.image.image.url";
    /// assert_eq!(attributes.get(key), Some(&"https://example.com/cat.png".into()));
    /// ```
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Image { url: url.into() }
    }

    /// Creates an image from inline data. `data` is base64 already.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, Image, InputMessages, UserMessage};
    ///
    /// let message = UserMessage::new([Image::base64("image/png", "iVBORw0KGgo=").into()]);
    /// let attributes = Attributes::of(&InputMessages::default().message(message));
    /// let key = "llm.input_messages.0.message.contents.0.message_content.image.image.url";
    /// assert_eq!(attributes.get(key), Some(&"data:image/png;base64,iVBORw0KGgo=".into()));
    /// ```
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
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, Audio, InputMessages, UserMessage};
    ///
    /// let message = UserMessage::new([Audio::new("https://example.com/hi.wav").into()]);
    /// let attributes = Attributes::of(&InputMessages::default().message(message));
    /// let key = "llm.input_messages.0.message.contents.0.message_content.audio.audio.url";
    /// assert_eq!(attributes.get(key), Some(&"https://example.com/hi.wav".into()));
    /// ```
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Audio { url: url.into(), mime_type: None, transcript: None }
    }

    /// Creates audio from inline data. `data` is base64 already.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, Audio, InputMessages, UserMessage};
    ///
    /// let message = UserMessage::new([Audio::base64("audio/wav", "UklGRg==").into()]);
    /// let attributes = Attributes::of(&InputMessages::default().message(message));
    /// let key = "llm.input_messages.0.message.contents.0.message_content.audio.audio.mime_type";
    /// assert_eq!(attributes.get(key), Some(&"audio/wav".into()));
    /// ```
    #[must_use]
    pub fn base64(mime_type: &str, data: &str) -> Self {
        Audio::new(data_url(mime_type, data)).mime_type(mime_type)
    }

    /// Sets the MIME type, such as `audio/wav`.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, Audio, InputMessages, UserMessage};
    ///
    /// let audio = Audio::new("gs://bucket/hi").mime_type("audio/wav");
    /// let message = UserMessage::new([audio.into()]);
    /// let attributes = Attributes::of(&InputMessages::default().message(message));
    /// let key = "llm.input_messages.0.message.contents.0.message_content.audio.audio.mime_type";
    /// assert_eq!(attributes.get(key), Some(&"audio/wav".into()));
    /// ```
    #[must_use]
    pub fn mime_type(mut self, mime_type: impl Into<String>) -> Self {
        self.mime_type = Some(mime_type.into());
        self
    }

    /// Sets the transcript of the speech.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, Audio, InputMessages, UserMessage};
    ///
    /// let message = UserMessage::new([Audio::new("gs://bucket/hi").transcript("Hi").into()]);
    /// let attributes = Attributes::of(&InputMessages::default().message(message));
    /// let key = "llm.input_messages.0.message.contents.0.message_content.audio.audio.transcript";
    /// assert_eq!(attributes.get(key), Some(&"Hi".into()));
    /// ```
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
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, Video, InputMessages, UserMessage};
    ///
    /// let message = UserMessage::new([Video::new("gs://bucket/clip.mp4").into()]);
    /// let attributes = Attributes::of(&InputMessages::default().message(message));
    /// let key = "llm.input_messages.0.message.contents.0.message_content.video.video.url";
    /// assert_eq!(attributes.get(key), Some(&"gs://bucket/clip.mp4".into()));
    /// ```
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Video { url: url.into() }
    }

    /// Creates a video from inline data. `data` is base64 already.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, Video, InputMessages, UserMessage};
    ///
    /// let message = UserMessage::new([Video::base64("video/mp4", "AAAA").into()]);
    /// let attributes = Attributes::of(&InputMessages::default().message(message));
    /// let key = "llm.input_messages.0.message.contents.0.message_content.video.video.url";
    /// assert_eq!(attributes.get(key), Some(&"data:video/mp4;base64,AAAA".into()));
    /// ```
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

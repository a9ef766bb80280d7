//! The spans in a queue.

use crate::memory::{CompressedTexts, Compression, Size, estimate, texts};
use crate::span::SpanRecord;
use opentelemetry_sdk::trace::SpanData;

/// A span that has ended, in the form it comes in.
#[derive(Clone, Debug)]
pub(crate) enum QueuedSpan {
    Own(Box<SpanRecord>),
    /// From a provider of the SDK.
    Sdk(Box<SdkSpan>),
}

/// A span of the SDK, and the long ones of its texts while they are compressed.
#[derive(Clone, Debug)]
pub(crate) struct SdkSpan {
    data: SpanData,
    texts: Option<CompressedTexts>,
}

/// The spans of a block. Its memory is used again.
#[derive(Debug, Default)]
#[expect(clippy::vec_box, reason = "a record is handed on without a copy, and its memory back")]
pub(crate) struct Spans {
    own: Vec<Box<SpanRecord>>,
    sdk: Vec<SdkSpan>,
    /// Records whose content was taken out, for threads that begin spans.
    spare: Vec<Box<SpanRecord>>,
}

impl From<SpanData> for QueuedSpan {
    fn from(data: SpanData) -> Self {
        QueuedSpan::Sdk(Box::new(SdkSpan { data, texts: None }))
    }
}

impl QueuedSpan {
    /// Compresses the texts, until the span is taken out of the queue.
    pub(crate) fn compress(&mut self, compression: Compression) {
        match self {
            QueuedSpan::Own(span) => span.compress(compression),
            QueuedSpan::Sdk(span) => span.compress(compression),
        }
    }

    /// The memory that it takes.
    #[inline]
    pub(crate) fn size(&self) -> Size {
        match self {
            QueuedSpan::Own(span) => span.size(),
            QueuedSpan::Sdk(span) => span.size(),
        }
    }
}

impl SdkSpan {
    fn compress(&mut self, compression: Compression) {
        let attributes = &mut self.data.attributes;
        self.texts = CompressedTexts::of(texts(attributes), compression);
        if let Some(compressed) = &self.texts {
            compressed.take_out(texts(attributes));
        }
    }

    #[cfg(test)]
    pub(crate) fn set_text(&mut self, text: String) {
        self.data.attributes = vec![opentelemetry::KeyValue::new("text", text)];
    }

    fn size(&self) -> Size {
        let bytes = estimate(&self.data);
        match &self.texts {
            None => Size::plain(bytes),
            Some(texts) => Size { waiting: bytes + texts.bytes(), whole: bytes + texts.whole() },
        }
    }

    fn into_data(mut self) -> SpanData {
        if let Some(compressed) = &self.texts {
            compressed.put_back(texts(&mut self.data.attributes));
        }
        self.data
    }
}

impl Spans {
    pub(crate) fn len(&self) -> usize {
        self.own.len() + self.sdk.len()
    }

    /// Adds a span, and gives memory for another one.
    #[inline]
    pub(super) fn push(&mut self, span: QueuedSpan) -> Option<Box<SpanRecord>> {
        match span {
            QueuedSpan::Own(span) => self.own.push(span),
            QueuedSpan::Sdk(span) => self.sdk.push(*span),
        }
        self.spare.pop()
    }

    /// Takes all of another list, and gives memory for as many spans.
    pub(super) fn append(&mut self, others: &mut Spans) {
        let kept = self.spare.len().saturating_sub(others.own.len());
        others.spare.extend(self.spare.drain(kept..));
        self.own.append(&mut others.own);
        self.sdk.append(&mut others.sdk);
    }

    pub(super) fn clear(&mut self) {
        self.own.clear();
        self.sdk.clear();
    }

    /// Takes the spans out, in the form that exporters take.
    pub(crate) fn take(&mut self) -> Vec<SpanData> {
        let mut taken = Vec::with_capacity(self.len());
        taken.extend(self.own.iter_mut().map(|span| span.take_data()));
        taken.extend(self.sdk.drain(..).map(SdkSpan::into_data));
        self.spare.append(&mut self.own);
        taken
    }
}

//! What an embedding model was given, and the vectors it made.

use super::{Attributes, Json, Record};
use crate::openinference::keys;
use serde::Serialize;

/// A text and its vector, as far as each is known.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Embedding {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) vector: Option<Vec<f64>>,
}

impl Embedding {
    /// The text that was embedded.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// Its vector.
    #[must_use]
    pub fn vector(mut self, vector: impl IntoIterator<Item = impl Into<f64>>) -> Self {
        self.vector = Some(vector.into_iter().map(Into::into).collect());
        self
    }
}

/// The call of an embedding model.
///
/// ```
/// use trace_runtime::record::{Embedding, Embeddings};
///
/// let embeddings = Embeddings::default()
///     .model("text-embedding-3-small")
///     .embedding(Embedding::default().text("hello").vector([0.1_f32, 0.2]));
/// trace_runtime::current_span().record(&embeddings);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[expect(clippy::struct_field_names, reason = "as the attributes are named")]
pub struct Embeddings {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) invocation_parameters: Option<Json>,
    pub(crate) embeddings: Vec<Embedding>,
}

impl Embeddings {
    /// The model's name.
    #[must_use]
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// The settings of the call, a JSON object.
    #[must_use]
    pub fn invocation_parameters(mut self, parameters: impl Into<Json>) -> Self {
        self.invocation_parameters = Some(parameters.into());
        self
    }

    /// One more embedding, after those there are.
    #[must_use]
    pub fn embedding(mut self, embedding: Embedding) -> Self {
        self.embeddings.push(embedding);
        self
    }
}

impl Record for Embeddings {
    fn record(&self, attributes: &mut Attributes) {
        attributes.set(keys::EMBEDDING_MODEL_NAME, &self.model);
        attributes.set(keys::EMBEDDING_INVOCATION_PARAMETERS, &self.invocation_parameters);
        attributes.list(keys::EMBEDDINGS, &self.embeddings, |attributes, embedding| {
            attributes.set(keys::EMBEDDING_TEXT, &embedding.text);
            attributes.set(keys::EMBEDDING_VECTOR, &embedding.vector);
        });
    }
}

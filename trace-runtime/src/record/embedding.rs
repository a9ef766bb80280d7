//! The texts that an embedding model received and the vectors that it returned.

use super::{Attributes, Json, Record};
use crate::openinference::keys;
use serde::Serialize;

/// A text and its vector. Either may be missing.
///
/// Attributes, below `embedding.embeddings.N`: `embedding.text` and `embedding.vector`, an array of
/// doubles.
///
/// ```
/// use trace_runtime::record::Embedding;
///
/// let embedding = Embedding::default().text("hello").vector([0.1_f32, 0.2]);
/// # let _ = embedding;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Embedding {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) vector: Option<Vec<f64>>,
}

impl Embedding {
    /// Sets the text.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, Embedding, Embeddings};
    ///
    /// let embeddings = Embeddings::default().embedding(Embedding::default().text("hello"));
    /// let text = "embedding.embeddings.0.embedding.text";
    /// assert_eq!(Attributes::of(&embeddings).get(text), Some(&"hello".into()));
    /// ```
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// Sets the vector, from `f32` or `f64` numbers.
    ///
    /// ```
    /// use trace_runtime::record::Embedding;
    ///
    /// let (single, double) = ([0.5_f32, 0.25], [0.5_f64, 0.25]);
    /// assert_eq!(Embedding::default().vector(single), Embedding::default().vector(double));
    /// ```
    #[must_use]
    pub fn vector(mut self, vector: impl IntoIterator<Item = impl Into<f64>>) -> Self {
        self.vector = Some(vector.into_iter().map(Into::into).collect());
        self
    }
}

/// A call of an embedding model.
///
/// Attributes: `embedding.model_name`, `embedding.invocation_parameters` (JSON) and
/// `embedding.embeddings.N.embedding.*`.
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
#[expect(clippy::struct_field_names, reason = "named like the attributes")]
pub struct Embeddings {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) invocation_parameters: Option<Json>,
    pub(crate) embeddings: Vec<Embedding>,
}

impl Embeddings {
    /// Sets the name of the model.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, Embeddings};
    ///
    /// let attributes = Attributes::of(&Embeddings::default().model("text-embedding-3-small"));
    /// assert_eq!(attributes.get("embedding.model_name"), Some(&"text-embedding-3-small".into()));
    /// ```
    #[must_use]
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// Sets the settings of the call, a JSON object such as `{"dimensions": 256}`.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, Embeddings};
    ///
    /// let embeddings =
    ///     Embeddings::default().invocation_parameters(serde_json::json!({"dimensions": 256}));
    /// let parameters = r#"{"dimensions":256}"#;
    /// let attributes = Attributes::of(&embeddings);
    /// assert_eq!(attributes.get("embedding.invocation_parameters"), Some(&parameters.into()));
    /// ```
    #[must_use]
    pub fn invocation_parameters(mut self, parameters: impl Into<Json>) -> Self {
        self.invocation_parameters = Some(parameters.into());
        self
    }

    /// Appends an embedding.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, Embedding, Embeddings};
    ///
    /// let of_text = |text| Embedding::default().text(text);
    /// let (tea, coffee) = (of_text("tea"), of_text("coffee"));
    /// let embeddings = Embeddings::default().embedding(tea).embedding(coffee);
    /// let second = "embedding.embeddings.1.embedding.text";
    /// assert_eq!(Attributes::of(&embeddings).get(second), Some(&"coffee".into()));
    /// ```
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

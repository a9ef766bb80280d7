//! Documents, and the three lists in which they appear.

use super::{Attributes, Json, Record};
use crate::openinference::keys;
use serde::Serialize;

/// A document that was retrieved, reranked, or attached to a message.
///
/// Attributes, below the list or part that contains it: `document.id`, `document.content`,
/// `document.score`, `document.metadata` (JSON), `document.url`, `document.mime_type` and
/// `document.name`. All are optional.
///
/// ```
/// use trace_runtime::record::Document;
///
/// let document = Document::new("Paris is the capital of France.").id("doc-1").score(0.92);
/// # let _ = document;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Document {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) metadata: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mime_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
}

impl Document {
    /// Creates a document from its text.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, Document, RetrievedDocuments};
    ///
    /// let found = RetrievedDocuments::from_iter([Document::new("Paris")]);
    /// let attributes = Attributes::of(&found);
    /// assert_eq!(attributes.get("retrieval.documents.0.document.content"), Some(&"Paris".into()));
    /// ```
    #[must_use]
    pub fn new(content: impl Into<String>) -> Self {
        Document { content: Some(content.into()), ..Document::default() }
    }

    /// Creates a document from its URL, which may be a base64 data URL.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, Document, RetrievedDocuments};
    ///
    /// let found = RetrievedDocuments::from_iter([Document::at("file:///manual.pdf")]);
    /// let attributes = Attributes::of(&found);
    /// let value = attributes.get("retrieval.documents.0.document.url");
    /// assert_eq!(value, Some(&"file:///manual.pdf".into()));
    /// ```
    #[must_use]
    pub fn at(url: impl Into<String>) -> Self {
        Document { url: Some(url.into()), ..Document::default() }
    }

    /// Sets the id of the document in its store.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, Document, RetrievedDocuments};
    ///
    /// let found = RetrievedDocuments::from_iter([Document::new("Paris").id("doc-1")]);
    /// let attributes = Attributes::of(&found);
    /// assert_eq!(attributes.get("retrieval.documents.0.document.id"), Some(&"doc-1".into()));
    /// ```
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets the relevance of the document. The scale is that of the retriever or reranker.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, Document, RetrievedDocuments};
    ///
    /// let found = RetrievedDocuments::from_iter([Document::new("Paris").score(0.9)]);
    /// let attributes = Attributes::of(&found);
    /// assert_eq!(attributes.get("retrieval.documents.0.document.score"), Some(&0.9.into()));
    /// ```
    #[must_use]
    pub fn score(mut self, score: f64) -> Self {
        self.score = Some(score);
        self
    }

    /// Sets further properties of the document, a JSON object.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, Document, RetrievedDocuments};
    ///
    /// let document = Document::new("Paris").metadata(serde_json::json!({"page": 3}));
    /// let attributes = Attributes::of(&RetrievedDocuments::from_iter([document]));
    /// let metadata = attributes.get("retrieval.documents.0.document.metadata");
    /// assert_eq!(metadata, Some(&r#"{"page":3}"#.into()));
    /// ```
    #[must_use]
    pub fn metadata(mut self, metadata: impl Into<Json>) -> Self {
        self.metadata = Some(metadata.into());
        self
    }

    /// Sets the MIME type, such as `application/pdf`.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, Document, RetrievedDocuments};
    ///
    /// let found = RetrievedDocuments::from_iter([Document::new("Paris").mime_type("text/plain")]);
    /// let attributes = Attributes::of(&found);
    /// let value = attributes.get("retrieval.documents.0.document.mime_type");
    /// assert_eq!(value, Some(&"text/plain".into()));
    /// ```
    #[must_use]
    pub fn mime_type(mut self, mime_type: impl Into<String>) -> Self {
        self.mime_type = Some(mime_type.into());
        self
    }

    /// Sets the file name or title.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, Document, RetrievedDocuments};
    ///
    /// let found = RetrievedDocuments::from_iter([Document::new("Paris").name("cities.txt")]);
    /// let attributes = Attributes::of(&found);
    /// let value = attributes.get("retrieval.documents.0.document.name");
    /// assert_eq!(value, Some(&"cities.txt".into()));
    /// ```
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    pub(super) fn write(&self, attributes: &mut Attributes) {
        attributes.set(keys::DOCUMENT_ID, &self.id);
        attributes.set(keys::DOCUMENT_CONTENT, &self.content);
        attributes.set(keys::DOCUMENT_SCORE, self.score);
        attributes.set(keys::DOCUMENT_METADATA, &self.metadata);
        attributes.set(keys::DOCUMENT_URL, &self.url);
        attributes.set(keys::DOCUMENT_MIME_TYPE, &self.mime_type);
        attributes.set(keys::DOCUMENT_NAME, &self.name);
    }
}

/// The documents that a retriever found, the most relevant one first.
///
/// Attributes: `retrieval.documents.N.document.*`.
///
/// ```
/// use trace_runtime::record::{Document, RetrievedDocuments};
///
/// #[trace_runtime::retriever]
/// fn search(query: &str) -> RetrievedDocuments {
///     RetrievedDocuments::from_iter([Document::new("Paris is in France.").score(0.9)])
/// }
/// # search("Paris");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct RetrievedDocuments(Vec<Document>);

/// The request to a reranker: the query, the documents and the settings.
///
/// Attributes: `reranker.query`, `reranker.model_name`, `reranker.top_k` and
/// `reranker.input_documents.N.document.*`.
///
/// ```
/// use trace_runtime::record::{Document, RerankerInput};
///
/// let input = RerankerInput::new("capital of France")
///     .documents([Document::new("Paris"), Document::new("Lyon")])
///     .model("rerank-v3.5")
///     .top_k(1);
/// trace_runtime::current_span().record(&input);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RerankerInput {
    pub(crate) query: String,
    pub(crate) documents: Vec<Document>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) top_k: Option<u64>,
}

impl RerankerInput {
    /// Creates a request from its query.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, RerankerInput};
    ///
    /// let attributes = Attributes::of(&RerankerInput::new("capital of France"));
    /// assert_eq!(attributes.get("reranker.query"), Some(&"capital of France".into()));
    /// ```
    #[must_use]
    pub fn new(query: impl Into<String>) -> Self {
        RerankerInput { query: query.into(), documents: Vec::new(), model: None, top_k: None }
    }

    /// Appends documents, in the order of the request.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, Document, RerankerInput};
    ///
    /// let input = RerankerInput::new("capital of France").documents([Document::new("Paris")]);
    /// let content = "reranker.input_documents.0.document.content";
    /// assert_eq!(Attributes::of(&input).get(content), Some(&"Paris".into()));
    /// ```
    #[must_use]
    pub fn documents(mut self, documents: impl IntoIterator<Item = Document>) -> Self {
        self.documents.extend(documents);
        self
    }

    /// Sets the name of the model.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, RerankerInput};
    ///
    /// let input = RerankerInput::new("capital of France").model("rerank-v3.5");
    /// let attributes = Attributes::of(&input);
    /// assert_eq!(attributes.get("reranker.model_name"), Some(&"rerank-v3.5".into()));
    /// ```
    #[must_use]
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// Sets the number of documents to return.
    ///
    /// ```
    /// use trace_runtime::record::{Attributes, RerankerInput};
    ///
    /// let attributes = Attributes::of(&RerankerInput::new("capital of France").top_k(3));
    /// assert_eq!(attributes.get("reranker.top_k"), Some(&3.into()));
    /// ```
    #[must_use]
    pub fn top_k(mut self, top_k: u64) -> Self {
        self.top_k = Some(top_k);
        self
    }
}

impl Record for RerankerInput {
    fn record(&self, attributes: &mut Attributes) {
        attributes.set(keys::RERANKER_QUERY, &self.query);
        attributes.set(keys::RERANKER_MODEL_NAME, &self.model);
        attributes.set(keys::RERANKER_TOP_K, self.top_k);
        write_list(attributes, keys::RERANKER_INPUT_DOCUMENTS, &self.documents);
    }
}

/// The documents that a reranker returned, the most relevant one first.
///
/// Attributes: `reranker.output_documents.N.document.*`.
///
/// ```
/// use trace_runtime::record::{Document, RerankedDocuments};
///
/// let ranked = RerankedDocuments::from_iter([Document::new("Paris").score(0.98)]);
/// trace_runtime::current_span().record(&ranked);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct RerankedDocuments(Vec<Document>);

macro_rules! document_list {
    ($($list:ident => $key:expr),*) => {$(
        impl FromIterator<Document> for $list {
            fn from_iter<I: IntoIterator<Item = Document>>(documents: I) -> Self {
                $list(documents.into_iter().collect())
            }
        }

        impl Record for $list {
            fn record(&self, attributes: &mut Attributes) {
                write_list(attributes, $key, &self.0);
            }
        }
    )*};
}

document_list! {
    RetrievedDocuments => keys::RETRIEVAL_DOCUMENTS,
    RerankedDocuments => keys::RERANKER_OUTPUT_DOCUMENTS
}

fn write_list(attributes: &mut Attributes, key: &str, documents: &[Document]) {
    attributes.list(key, documents, |attributes, document| document.write(attributes));
}

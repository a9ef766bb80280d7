//! One piece of feedback.

use super::error::AnnotateError;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One piece of feedback: a name, and a score, a label or an explanation.
///
/// ```
/// use trace_runtime::feedback::Annotation;
///
/// let thumbs_up = Annotation::new("user_feedback")
///     .score(1.0)
///     .label("thumbs-up")
///     .explanation("short and correct")
///     .human()
///     .identifier("user-42")
///     .metadata("page", "chat");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "an annotation has no effect before it is given to `annotate`"]
pub struct Annotation {
    pub(super) content: Content,
}

/// The values of an annotation, also in the spool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Content {
    pub(super) name: String,
    pub(super) kind: AnnotatorKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) score: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) explanation: Option<String>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub(super) metadata: Map<String, Value>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) identifier: String,
}

/// The origin of an annotation.
///
/// ```
/// use trace_runtime::feedback::Annotation;
///
/// let of_a_test = Annotation::new("exact_match").score(1).code();
/// let of_a_judge = Annotation::new("tone").label("polite").llm();
/// # let _ = (of_a_test, of_a_judge);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum AnnotatorKind {
    /// A person.
    Human,
    /// A program.
    Code,
    /// A model that judges.
    Llm,
}

/// The longest name, label, identifier or session id, in bytes.
const MAX_SHORT: usize = 1 << 10;
/// The longest explanation and the longest metadata, in bytes.
const MAX_LONG: usize = 64 << 10;

impl Annotation {
    /// Creates an annotation of a person. The name groups annotations in the backend; Phoenix
    /// reserves the name `note`.
    ///
    /// ```
    /// use trace_runtime::feedback::Annotation;
    ///
    /// let annotation = Annotation::new("correctness").score(1);
    /// ```
    pub fn new(name: impl Into<String>) -> Self {
        let content = Content {
            name: name.into(),
            kind: AnnotatorKind::Human,
            score: None,
            label: None,
            explanation: None,
            metadata: Map::new(),
            identifier: String::new(),
        };
        Annotation { content }
    }

    /// Sets the score, a finite number.
    ///
    /// ```
    /// use trace_runtime::feedback::Annotation;
    ///
    /// let annotation = Annotation::new("correctness").score(0.5);
    /// ```
    pub fn score(mut self, score: impl Into<f64>) -> Self {
        self.content.score = Some(score.into());
        self
    }

    /// Sets the label, such as `good`.
    ///
    /// ```
    /// use trace_runtime::feedback::Annotation;
    ///
    /// let annotation = Annotation::new("correctness").label("partly");
    /// ```
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.content.label = Some(label.into());
        self
    }

    /// Sets the explanation. Secrets in it are redacted, as in spans.
    ///
    /// ```
    /// use trace_runtime::feedback::Annotation;
    ///
    /// let annotation = Annotation::new("correctness").explanation("one date is wrong");
    /// ```
    pub fn explanation(mut self, explanation: impl Into<String>) -> Self {
        self.content.explanation = Some(explanation.into());
        self
    }

    /// Adds an entry to the metadata. The last value of a key wins.
    ///
    /// ```
    /// use trace_runtime::feedback::Annotation;
    ///
    /// let annotation = Annotation::new("correctness").score(1).metadata("reviewer", "ada");
    /// ```
    pub fn metadata(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.content.metadata.insert(key.into(), value.into());
        self
    }

    /// Distinguishes annotations with the same name and target, for example by the id of the user.
    /// Without it, a later annotation replaces the earlier one.
    ///
    /// ```
    /// use trace_runtime::feedback::Annotation;
    ///
    /// let annotation = Annotation::new("correctness").score(1).identifier("reviewer-7");
    /// ```
    pub fn identifier(mut self, identifier: impl Into<String>) -> Self {
        self.content.identifier = identifier.into();
        self
    }

    /// States that a person made the annotation, which is the default.
    ///
    /// ```
    /// use trace_runtime::feedback::Annotation;
    ///
    /// let annotation = Annotation::new("thumbs").score(1).human();
    /// ```
    pub fn human(self) -> Self {
        self.kind(AnnotatorKind::Human)
    }

    /// States that a program made the annotation.
    ///
    /// ```
    /// use trace_runtime::feedback::Annotation;
    ///
    /// let annotation = Annotation::new("length").score(120).code();
    /// ```
    pub fn code(self) -> Self {
        self.kind(AnnotatorKind::Code)
    }

    /// States that a model made the annotation.
    ///
    /// ```
    /// use trace_runtime::feedback::Annotation;
    ///
    /// let annotation = Annotation::new("correctness").score(0.8).llm();
    /// ```
    pub fn llm(self) -> Self {
        self.kind(AnnotatorKind::Llm)
    }

    fn kind(mut self, kind: AnnotatorKind) -> Self {
        self.content.kind = kind;
        self
    }

    /// Returns an error for a value that no backend accepts, or that would not fit into a queue.
    pub(super) fn validate(&self) -> Result<(), AnnotateError> {
        let content = &self.content;
        if content.name.trim().is_empty() {
            return Err(invalid("new", "an empty name".to_owned(), "a name such as user_feedback"));
        }
        if let Some(score) = content.score.filter(|score| !score.is_finite()) {
            return Err(invalid("score", score.to_string(), "a finite number"));
        }
        if content.score.is_none() && content.label.is_none() && content.explanation.is_none() {
            let expected = "a score, a label or an explanation";
            return Err(invalid("score", "missing".to_owned(), expected));
        }
        let label = content.label.as_deref().unwrap_or_default();
        let explanation = content.explanation.as_deref().unwrap_or_default();
        require_length("new", content.name.len(), MAX_SHORT)?;
        require_length("label", label.len(), MAX_SHORT)?;
        require_length("identifier", content.identifier.len(), MAX_SHORT)?;
        require_length("explanation", explanation.len(), MAX_LONG)?;
        let metadata = serde_json::to_vec(&content.metadata).map_or(usize::MAX, |json| json.len());
        require_length("metadata", metadata, MAX_LONG)
    }
}

/// Returns an error for the id of a session that is empty or too long.
pub(super) fn validate_session(id: &str) -> Result<(), AnnotateError> {
    if id.is_empty() {
        return Err(invalid("session", "empty".to_owned(), "the id of a session"));
    }
    require_length("session", id.len(), MAX_SHORT)
}

fn require_length(field: &'static str, length: usize, limit: usize) -> Result<(), AnnotateError> {
    let expected = if limit == MAX_LONG { "at most 65536 bytes" } else { "at most 1024 bytes" };
    if length <= limit { Ok(()) } else { Err(invalid(field, format!("{length} bytes"), expected)) }
}

fn invalid(field: &'static str, found: String, expected: &'static str) -> AnnotateError {
    AnnotateError::Invalid { field, found, expected }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn value_that_no_backend_accepts_is_an_error() {
        let good = Annotation::new("user_feedback").score(1);
        assert_eq!(good.validate(), Ok(()));
        let long = "x".repeat(MAX_LONG + 1);
        for (annotation, field) in [
            (Annotation::new(" ").score(1), "new"),
            (Annotation::new("a"), "score"),
            (Annotation::new("a").score(f64::NAN), "score"),
            (Annotation::new("a").label("x".repeat(1025)), "label"),
            (Annotation::new("a").explanation(&*long), "explanation"),
            (good.clone().identifier(&*long), "identifier"),
            (good.clone().metadata("k", &*long), "metadata"),
        ] {
            let error = annotation.validate().unwrap_err();
            assert!(matches!(error, AnnotateError::Invalid { field: f, .. } if f == field));
            assert!(error.to_string().len() < 200, "{error}");
        }
    }
}

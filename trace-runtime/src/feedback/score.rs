//! The result of an evaluator as an annotation.

use super::annotation::Annotation;

/// The score of an evaluator: a number, a label and an explanation, of which any may be missing.
///
/// ```
/// use trace_runtime::feedback::Score;
///
/// let score = Score::new(0.8).label("mostly correct").explanation("one date is wrong");
/// ```
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct Score {
    #[serde(rename = "score", skip_serializing_if = "Option::is_none")]
    number: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<String>,
    #[serde(skip)]
    is_by_model: bool,
}

impl Score {
    /// Creates a score with a number.
    ///
    /// ```
    /// use trace_runtime::feedback::Score;
    ///
    /// let score = Score::new(0.8);
    /// ```
    pub fn new(score: impl Into<f64>) -> Self {
        Score { number: Some(score.into()), ..Score::default() }
    }

    /// Sets the label.
    ///
    /// ```
    /// use trace_runtime::feedback::Score;
    ///
    /// let score = Score::new(0.8).label("mostly correct");
    /// ```
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Sets the explanation.
    ///
    /// ```
    /// use trace_runtime::feedback::Score;
    ///
    /// let score = Score::new(0.8).explanation("one date is wrong");
    /// ```
    #[must_use]
    pub fn explanation(mut self, explanation: impl Into<String>) -> Self {
        self.explanation = Some(explanation.into());
        self
    }

    /// States that a model made the score. Otherwise a program did.
    ///
    /// ```
    /// use trace_runtime::feedback::Score;
    ///
    /// let score = Score::new(0.8).llm();
    /// ```
    #[must_use]
    pub fn llm(mut self) -> Self {
        self.is_by_model = true;
        self
    }

    /// Returns the annotation with this name.
    ///
    /// ```
    /// use trace_runtime::feedback::Score;
    ///
    /// let annotation = Score::new(0.8).annotation("correctness");
    /// ```
    pub fn annotation(&self, name: impl Into<String>) -> Annotation {
        let mut annotation = Annotation::new(name).code();
        annotation.content.score = self.number;
        annotation.content.label.clone_from(&self.label);
        annotation.content.explanation.clone_from(&self.explanation);
        if self.is_by_model { annotation.llm() } else { annotation }
    }
}

/// The results that an evaluator may annotate a span with, by
/// `#[evaluator(annotate = span)]`: `bool`, numbers, [`Score`], and `Option` or `Result` of them.
///
/// Implement it for a type of your own:
///
/// ```
/// use trace_runtime::feedback::{Evaluation, Score};
///
/// struct Judgement { points: u8, reason: String }
///
/// impl Evaluation for Judgement {
///     fn score(&self) -> Option<Score> {
///         Some(Score::new(f64::from(self.points) / 10.0).explanation(&self.reason).llm())
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "an evaluator that returns `{Self}` cannot annotate a span",
    label = "this result is not a score",
    note = "return `bool`, a number or `trace_runtime::feedback::Score`, or implement \
            `trace_runtime::feedback::Evaluation` for the type"
)]
pub trait Evaluation {
    /// Returns the score, or `None` if there is nothing to annotate.
    fn score(&self) -> Option<Score>;
}

impl Evaluation for Score {
    fn score(&self) -> Option<Score> {
        Some(self.clone())
    }
}

/// 1 with the label `true`, or 0 with the label `false`.
impl Evaluation for bool {
    fn score(&self) -> Option<Score> {
        Some(Score::new(u8::from(*self)).label(self.to_string()))
    }
}

macro_rules! numbers {
    ($($number:ty)*) => {$(
        impl Evaluation for $number {
            fn score(&self) -> Option<Score> {
                Some(Score::new(*self))
            }
        }
    )*};
}

numbers!(f32 f64 i8 i16 i32 u8 u16 u32);

macro_rules! long_numbers {
    ($($number:ty)*) => {$(
        /// The nearest `f64`, which is exact up to 2⁵³.
        #[expect(clippy::cast_precision_loss, reason = "a score has no 16 digits")]
        impl Evaluation for $number {
            fn score(&self) -> Option<Score> {
                Some(Score::new(*self as f64))
            }
        }
    )*};
}

long_numbers!(i64 u64 isize usize);

impl<T: Evaluation> Evaluation for Option<T> {
    fn score(&self) -> Option<Score> {
        self.as_ref().and_then(Evaluation::score)
    }
}

/// An error is not a score: the span of the evaluator shows it.
impl<T: Evaluation, E> Evaluation for Result<T, E> {
    fn score(&self) -> Option<Score> {
        self.as_ref().ok().and_then(Evaluation::score)
    }
}

impl<T: Evaluation + ?Sized> Evaluation for &T {
    fn score(&self) -> Option<Score> {
        (**self).score()
    }
}

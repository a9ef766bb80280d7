//! The score of an evaluator, given to the span that the option `annotate` names.

use crate::feedback::{Evaluation, SpanRef, Target};
use crate::panic;
use crate::register;

/// The types of the option `annotate`: the span, trace or session that an evaluator scores, or
/// `None` to score nothing.
#[diagnostic::on_unimplemented(
    message = "`annotate` cannot be a `{Self}`",
    label = "expected the span to score",
    note = "give a `trace_runtime::feedback::SpanRef`, a `Target`, a reference to one, or an `Option`"
)]
pub trait EvaluationTarget {
    /// Returns the target, if there is one.
    fn evaluation_target(&self) -> Option<Target>;
}

impl EvaluationTarget for SpanRef {
    fn evaluation_target(&self) -> Option<Target> {
        Some(Target::from(self))
    }
}

impl EvaluationTarget for Target {
    fn evaluation_target(&self) -> Option<Target> {
        Some(self.clone())
    }
}

impl<T: EvaluationTarget> EvaluationTarget for Option<T> {
    fn evaluation_target(&self) -> Option<Target> {
        self.as_ref().and_then(EvaluationTarget::evaluation_target)
    }
}

impl<T: EvaluationTarget + ?Sized> EvaluationTarget for &T {
    fn evaluation_target(&self) -> Option<Target> {
        (**self).evaluation_target()
    }
}

/// Reads the option `annotate` before the body moves the arguments. Without a registration it is not
/// evaluated.
#[inline]
pub fn evaluated_target(read: impl FnOnce() -> Option<Target>) -> Option<Target> {
    if register::is_enabled() { panic::catch(read).ok().flatten() } else { None }
}

/// Annotates the target with the score that an evaluator returned. The name of the annotation is that
/// of the evaluator.
pub fn annotate(target: Option<Target>, name: &str, returned: &impl Evaluation) {
    let Some(target) = target else { return };
    let Some(active) = register::active() else { return };
    // The score of a type that the program defines is its own code.
    if let Ok(Some(score)) = panic::catch(|| returned.score()) {
        active.annotate(&target, score.annotation(name));
    }
}

//! What the worker does to a span before it leaves: enrich, add GenAI twins, then limit.

use super::limit;
use crate::enrich::{add_twins, enrich};
use crate::register::Limits;
use opentelemetry_sdk::trace::SpanData;

/// What is done to spans, as far as it can be chosen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Transform {
    pub(crate) limits: Limits,
    /// Whether to say in the GenAI conventions what is said in OpenInference.
    pub(crate) gen_ai: bool,
}

impl Transform {
    /// Adds what the input and the output say, then brings all of it within the limits.
    pub(super) fn apply(self, span: &mut SpanData) {
        enrich(span);
        if self.gen_ai {
            add_twins(span);
        }
        limit::apply(span, self.limits);
    }
}

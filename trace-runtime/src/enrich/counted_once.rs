//! Counts the tokens of a call once.
//!
//! An `#[llm]` function may call other model calls that are spans of their own: two questions, a
//! retry, a client that describes itself. Backends add up the tokens of all spans of a trace, so a
//! span leaves without counts if they are those of its descendants.

use crate::openinference::{OpenInferenceSpanKind as Kind, keys};
use crate::sync;
use opentelemetry::KeyValue;
use opentelemetry::trace::SpanId;
use opentelemetry_sdk::trace::SpanData;
use std::collections::HashSet;
use std::sync::Mutex;

/// The number of spans in one generation.
const GENERATION: usize = 4096;

/// The spans that recently had a descendant with token counts.
///
/// A descendant ends before its ancestors and is exported earlier or with them. One that ends later,
/// such as a stream that outlives the function, finds its ancestors exported.
#[derive(Debug, Default)]
pub(crate) struct CountedOnce(Mutex<Recent>);

/// The place of a span in its trace, and its kind if it is a model call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lineage {
    id: SpanId,
    /// The parent in this process.
    parent: Option<SpanId>,
    model_call: Option<Kind>,
    has_tokens: bool,
}

impl Lineage {
    /// Describes a span that is no model call.
    pub(super) fn of_step(id: SpanId, parent: SpanId, parent_is_remote: bool) -> Self {
        let parent = Some(parent).filter(|id| *id != SpanId::INVALID && !parent_is_remote);
        Lineage { id, parent, model_call: None, has_tokens: false }
    }

    pub(super) fn of(span: &SpanData) -> Self {
        let (id, parent) = (span.span_context.span_id(), span.parent_span_id);
        let kind = Kind::from_attributes(&span.attributes);
        let model_call = kind.filter(|kind| kind.is_model_call());
        let has_tokens = model_call.is_some() && has_tokens(&span.attributes);
        let lineage = Lineage::of_step(id, parent, span.parent_span_is_remote);
        Lineage { model_call, has_tokens, ..lineage }
    }
}

/// An ancestor, and the kind of the descendant. A chat inside a chat repeats tokens; an embedding
/// inside a chat does not.
type Ancestor = (SpanId, Kind);

/// Two generations: the older one is forgotten when the younger one is full.
#[derive(Debug, Default)]
struct Recent {
    young: HashSet<Ancestor>,
    old: HashSet<Ancestor>,
}

impl Recent {
    fn contains(&self, ancestor: &Ancestor) -> bool {
        self.young.contains(ancestor) || self.old.contains(ancestor)
    }

    fn insert(&mut self, ancestor: Ancestor) {
        if self.young.len() >= GENERATION && !self.young.contains(&ancestor) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(ancestor);
    }

    /// Remembers the parent of a span if the span or a descendant of it has token counts.
    fn observe(&mut self, lineage: &Lineage) {
        let Lineage { id, parent: Some(parent), model_call, has_tokens } = *lineage else { return };
        for kind in [Kind::Llm, Kind::Embedding, Kind::Reranker] {
            if has_tokens && model_call == Some(kind) || self.contains(&(id, kind)) {
                self.insert((parent, kind));
            }
        }
    }
}

impl CountedOnce {
    /// Removes the token counts and the cost from spans of a batch that repeat those of their
    /// descendants. `lineages` are those of the whole batch; a span that is no model call may be
    /// `None`.
    pub(super) fn apply<'a>(
        &self,
        lineages: &[Lineage],
        spans: impl Iterator<Item = Option<&'a mut SpanData>>,
    ) {
        let mut recent = sync::lock(&self.0);
        // Twice, because a batch may hold a span before its descendants.
        for _ in 0..2 {
            for lineage in lineages {
                recent.observe(lineage);
            }
        }
        for (lineage, span) in lineages.iter().zip(spans) {
            let (Some(kind), Some(span)) = (lineage.model_call, span) else { continue };
            // The counts of an exchange that filled the span are its own.
            let own =
                span.attributes.iter().position(|kv| kv.key.as_str() == keys::EXCHANGE_TOKENS);
            if let Some(at) = own {
                span.attributes.remove(at);
            } else if recent.contains(&(span.span_context.span_id(), kind)) {
                span.attributes.retain(|kv| !is_count_or_cost(kv.key.as_str()));
            }
        }
    }
}

/// Returns true if a span has token counts.
pub(super) fn has_tokens(attributes: &[KeyValue]) -> bool {
    attributes.iter().any(|kv| is_below(kv.key.as_str(), keys::LLM_TOKEN_COUNT))
}

fn is_count_or_cost(key: &str) -> bool {
    [keys::LLM_TOKEN_COUNT, keys::LLM_COST, keys::gen_ai::USAGE]
        .iter()
        .any(|prefix| is_below(key, prefix))
}

fn is_below(key: &str, prefix: &str) -> bool {
    key.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::test_span::test_span;
    use opentelemetry::trace::{SpanContext, TraceFlags, TraceId, TraceState};

    fn span(id: u64, parent: u64, kind: Kind, tokens: Option<i64>) -> SpanData {
        let mut attributes = vec![kind.attribute()];
        if let Some(tokens) = tokens {
            attributes.push(KeyValue::new(keys::LLM_TOKEN_COUNT_PROMPT, tokens));
            attributes.push(KeyValue::new("llm.cost.total", 0.5));
            attributes.push(KeyValue::new("gen_ai.usage.input_tokens", tokens));
        }
        let (trace, flags) = (TraceId::from(1), TraceFlags::SAMPLED);
        SpanData {
            span_context: SpanContext::new(trace, SpanId::from(id), flags, false, TraceState::NONE),
            parent_span_id: SpanId::from(parent),
            ..test_span(attributes)
        }
    }

    /// Returns the numbers of attributes after the stage: 1 without counts, 4 with them.
    fn counts(once: &CountedOnce, mut batch: Vec<SpanData>) -> Vec<usize> {
        let lineages: Vec<_> = batch.iter().map(Lineage::of).collect();
        once.apply(&lineages, batch.iter_mut().map(Some));
        batch.iter().map(|span| span.attributes.len()).collect()
    }

    #[test]
    fn call_around_a_call_loses_counts_and_cost_in_any_order() {
        let outer = || span(1, 0, Kind::Llm, Some(9));
        let chain = || span(2, 1, Kind::Chain, None);
        let inner = || span(3, 2, Kind::Llm, Some(9));
        assert_eq!(counts(&CountedOnce::default(), vec![inner(), chain(), outer()]), [4, 1, 1]);
        assert_eq!(counts(&CountedOnce::default(), vec![chain(), outer(), inner()]), [1, 1, 4]);
        let once = CountedOnce::default();
        assert_eq!(counts(&once, vec![inner()]), [4]);
        assert_eq!(counts(&once, vec![chain()]), [1]);
        assert_eq!(counts(&once, vec![outer()]), [1]);
    }

    #[test]
    fn call_around_calls_without_counts_or_of_another_kind_keeps_its_own() {
        let outer = || span(1, 0, Kind::Llm, Some(9));
        let batch = vec![span(2, 1, Kind::Llm, None), outer()];
        assert_eq!(counts(&CountedOnce::default(), batch), [1, 4]);
        let batch = vec![span(2, 1, Kind::Embedding, Some(3)), outer()];
        assert_eq!(counts(&CountedOnce::default(), batch), [4, 4]);
    }

    #[test]
    fn ranking_and_embedding_around_one_of_their_kind_lose_their_counts() {
        for kind in [Kind::Embedding, Kind::Reranker] {
            let batch = vec![span(2, 1, kind, Some(9)), span(1, 0, kind, Some(9))];
            assert_eq!(counts(&CountedOnce::default(), batch), [4, 1], "{kind:?}");
        }
    }

    #[test]
    fn call_whose_child_is_in_the_older_generation_loses_its_counts() {
        let once = CountedOnce::default();
        counts(&once, vec![span(2, 1, Kind::Llm, Some(9))]);
        let later = 10..10 + GENERATION as u64;
        counts(&once, later.map(|id| span(id + 1, id, Kind::Llm, Some(1))).collect());
        assert_eq!(counts(&once, vec![span(1, 0, Kind::Llm, Some(9))]), [1]);
    }

    #[test]
    fn attribute_whose_name_only_begins_like_a_count_is_kept() {
        let mut outer = span(1, 0, Kind::Llm, Some(9));
        outer.attributes.push(KeyValue::new("llm.cost_center", "research"));
        let batch = vec![span(2, 1, Kind::Llm, Some(9)), outer];
        assert_eq!(counts(&CountedOnce::default(), batch), [4, 2]);
    }

    #[test]
    fn caller_in_another_process_keeps_its_counts() {
        let mut inner = span(2, 1, Kind::Llm, Some(9));
        inner.parent_span_is_remote = true;
        let batch = vec![inner, span(1, 0, Kind::Llm, Some(9))];
        assert_eq!(counts(&CountedOnce::default(), batch), [4, 4]);
    }

    #[test]
    fn call_that_its_exchange_filled_keeps_its_counts_and_loses_the_mark() {
        let mut outer = span(1, 0, Kind::Llm, Some(9));
        outer.attributes.push(KeyValue::new(keys::EXCHANGE_TOKENS, true));
        let batch = vec![span(2, 1, Kind::Llm, Some(3)), outer];
        assert_eq!(counts(&CountedOnce::default(), batch), [4, 4]);
    }

    #[test]
    fn parents_of_many_calls_take_bounded_memory() {
        let once = CountedOnce::default();
        for id in 1..=10 * GENERATION as u64 {
            counts(&once, vec![span(id + 1, id, Kind::Llm, Some(1))]);
        }
        let recent = sync::lock(&once.0);
        assert_eq!((recent.young.len(), recent.old.len()), (GENERATION, GENERATION));
    }
}

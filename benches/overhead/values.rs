//! Large values: capture of 100 KB of text compared with a copy of it, and capture of a 100 KB
//! structure compared with its serialisation.

use crate::macros;
use benches::median;
use serde::Serialize;
use std::hint::black_box;
use std::time::Instant;
use trace_runtime::chain;

/// The size of each value.
const BYTES: usize = 100 * 1024;

/// The cost of a traced call and of the same work by hand, in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Comparison {
    /// A traced call with the value as its argument.
    pub(crate) recorded: f64,
    /// The least work that any capture must do: a copy, or the serialisation.
    pub(crate) by_hand: f64,
}

impl Comparison {
    pub(crate) fn ratio(self) -> f64 {
        self.recorded / self.by_hand
    }
}

/// A typical record with short and long fields.
#[derive(Serialize)]
struct Document {
    id: u64,
    title: String,
    score: f64,
    tags: Vec<String>,
    text: String,
}

/// A traced function with one large text, which is captured without JSON.
#[chain(skip_output)]
fn text(text: &str) {
    black_box(text);
}

/// A traced function with a large structure, which is captured as JSON.
#[chain(skip_output)]
fn documents(documents: &[Document]) {
    black_box(documents);
}

/// Compares the capture of text with a copy of it.
pub(crate) fn text_and_copy(rounds: usize) -> Comparison {
    let long = "The capital of France is Paris. ".repeat(BYTES / 32);
    compare(rounds, || text(black_box(&long)), || long.clone())
}

/// Compares the capture of a structure with `serde_json::to_string`.
pub(crate) fn json_and_serde(rounds: usize) -> Comparison {
    let document = |id: u64| Document {
        id,
        title: format!("Document {id} of a collection"),
        score: 1.0 / (id as f64 + 1.0),
        tags: vec!["geography".to_owned(), "europe".to_owned()],
        text: "Paris is the capital and the largest city of France. ".repeat(8),
    };
    let all: Vec<Document> = (0..BYTES as u64 / 560).map(document).collect();
    let by_hand = || serde_json::to_string(&all).expect("it can be serialised");
    compare(rounds, || documents(black_box(&all)), by_hand)
}

/// Calls per measurement, few enough for every queue. Results are dropped after the time is taken,
/// so that freeing them does not count.
const CALLS: usize = 50;

/// Measures both ways in turn; returns the medians.
fn compare<T>(rounds: usize, recorded: impl Fn(), by_hand: impl Fn() -> T) -> Comparison {
    let pipeline = macros::recorded();
    let (mut traced, mut manual) = (Vec::new(), Vec::new());
    for _ in 0..rounds * 10 {
        let began = Instant::now();
        (0..CALLS).for_each(|_| recorded());
        traced.push(began.elapsed().as_secs_f64() * 1e9 / CALLS as f64);
        pipeline.flush();
        let mut kept = Vec::with_capacity(CALLS);
        let began = Instant::now();
        kept.extend((0..CALLS).map(|_| black_box(by_hand())));
        manual.push(began.elapsed().as_secs_f64() * 1e9 / CALLS as f64);
    }
    Comparison { recorded: median(traced), by_hand: median(manual) }
}

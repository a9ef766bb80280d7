//! Large values: 100 KB of text beside a copy of it, a 100 KB structure beside its JSON.

use crate::ours;
use benches::median;
use serde::Serialize;
use std::hint::black_box;
use std::time::Instant;
use trace_runtime::chain;

const BYTES: usize = 100 * 1024;

/// What two ways cost, in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Beside {
    pub(crate) recorded: f64,
    pub(crate) by_hand: f64,
}

impl Beside {
    pub(crate) fn ratio(self) -> f64 {
        self.recorded / self.by_hand
    }
}

#[derive(Serialize)]
struct Document {
    id: u64,
    title: String,
    score: f64,
    tags: Vec<String>,
    text: String,
}

#[chain(skip_output)]
fn text(text: &str) {
    black_box(text);
}

#[chain(skip_output)]
fn documents(documents: &[Document]) {
    black_box(documents);
}

pub(crate) fn text_beside_copy(rounds: usize) -> Beside {
    let long = "The capital of France is Paris. ".repeat(BYTES / 32);
    beside(rounds, || text(black_box(&long)), || long.clone())
}

pub(crate) fn json_beside_serde(rounds: usize) -> Beside {
    let document = |id: u64| Document {
        id,
        title: format!("Document {id} of a collection"),
        score: 1.0 / (id as f64 + 1.0),
        tags: vec!["geography".to_owned(), "europe".to_owned()],
        text: "Paris is the capital and the largest city of France. ".repeat(8),
    };
    let all: Vec<Document> = (0..BYTES as u64 / 560).map(document).collect();
    let by_hand = || serde_json::to_string(&all).expect("it can be serialised");
    beside(rounds, || documents(black_box(&all)), by_hand)
}

/// Few enough at a time for every queue, in turns; what both make is kept until the time is taken.
const CALLS: usize = 50;

fn beside<T>(rounds: usize, recorded: impl Fn(), by_hand: impl Fn() -> T) -> Beside {
    let pipeline = ours::recorded();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..rounds * 10 {
        let began = Instant::now();
        (0..CALLS).for_each(|_| recorded());
        ours.push(began.elapsed().as_secs_f64() * 1e9 / CALLS as f64);
        pipeline.flush();
        let mut kept = Vec::with_capacity(CALLS);
        let began = Instant::now();
        kept.extend((0..CALLS).map(|_| black_box(by_hand())));
        theirs.push(began.elapsed().as_secs_f64() * 1e9 / CALLS as f64);
    }
    Beside { recorded: median(ours), by_hand: median(theirs) }
}

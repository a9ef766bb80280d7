//! Many spans without a pause: the share that arrives, and the cost of the export threads.

use crate::call::QUESTION;
use crate::contender::{ALL, Contender};
use benches::median;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

/// Spans per run, many times the capacity of every queue.
const SPANS: u32 = 150_000;

/// One run of a contender.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    /// Nanoseconds per span on the calling thread.
    pub(crate) foreground: f64,
    /// Nanoseconds per delivered span on the export threads.
    pub(crate) background: f64,
    /// The number of spans that never arrived.
    pub(crate) lost: f64,
}

/// All runs of each contender.
#[derive(Debug, Default)]
pub(crate) struct Runs(BTreeMap<&'static str, Vec<Run>>);

impl Runs {
    /// Returns the median of one figure over all runs.
    pub(crate) fn median(&self, contender: &str, figure: impl Fn(&Run) -> f64) -> f64 {
        self.0.get(contender).map_or(f64::NAN, |runs| median(runs.iter().map(figure)))
    }

    /// Returns the number of spans lost in all runs.
    pub(crate) fn lost(&self, contender: &str) -> f64 {
        self.0.get(contender).map_or(f64::NAN, |runs| runs.iter().map(|run| run.lost).sum())
    }

    /// Returns the share of lost spans in all runs.
    pub(crate) fn lost_share(&self, contender: &str) -> f64 {
        let runs = self.0.get(contender).map_or(0, Vec::len);
        self.lost(contender) / f64::from(SPANS) / runs as f64
    }
}

/// Runs the contenders that record, in turn.
pub(crate) fn measure(rounds: usize) -> Runs {
    let mut runs = Runs::default();
    for _ in 0..rounds {
        for contender in ALL.iter().filter(|contender| contender.records()) {
            runs.0.entry(contender.name).or_default().push(run(contender));
        }
    }
    runs
}

/// Runs one contender. Contenders that drop spans have less work in the background, so its cost
/// counts per delivered span.
fn run(contender: &Contender) -> Run {
    let pipeline = (contender.install)().expect("it records");
    let (arrived, worked) = (pipeline.arrived(), pipeline.processor_time());
    let began = Instant::now();
    for _ in 0..SPANS {
        black_box((contender.sync)(QUESTION, black_box(1)));
    }
    let foreground = began.elapsed().as_secs_f64() * 1e9;
    pipeline.flush();
    let arrived = (pipeline.arrived() - arrived) as f64;
    let worked = pipeline.processor_time().saturating_sub(worked).as_secs_f64() * 1e9;
    let spans = f64::from(SPANS);
    Run { foreground: foreground / spans, background: worked / arrived, lost: spans - arrived }
}

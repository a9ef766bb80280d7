//! Many spans without a pause: what arrives, and what the threads behind it cost.

use crate::call::QUESTION;
use crate::contender::{ALL, Contender};
use benches::median;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

const SPANS: u32 = 150_000;

/// One contender's run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    /// Nanoseconds of the calling thread for each span.
    pub(crate) foreground: f64,
    /// Nanoseconds of the threads behind it for each span that arrived.
    pub(crate) background: f64,
    pub(crate) lost: f64,
}

/// What each lost, and what it cost, of as many spans as the medians are of.
#[derive(Debug, Default)]
pub(crate) struct Runs(BTreeMap<&'static str, Vec<Run>>);

impl Runs {
    pub(crate) fn median(&self, contender: &str, what: impl Fn(&Run) -> f64) -> f64 {
        self.0.get(contender).map_or(f64::NAN, |runs| median(runs.iter().map(what)))
    }

    /// Of all its runs.
    pub(crate) fn lost(&self, contender: &str) -> f64 {
        self.0.get(contender).map_or(f64::NAN, |runs| runs.iter().map(|run| run.lost).sum())
    }

    /// The share of a contender's spans that were lost.
    pub(crate) fn lost_share(&self, contender: &str) -> f64 {
        let runs = self.0.get(contender).map_or(0, Vec::len);
        self.lost(contender) / f64::from(SPANS) / runs as f64
    }
}

/// Runs everybody who records, in turns.
pub(crate) fn measure(rounds: usize) -> Runs {
    let mut runs = Runs::default();
    for _ in 0..rounds {
        for contender in ALL.iter().filter(|contender| contender.records()) {
            runs.0.entry(contender.name).or_default().push(run(contender));
        }
    }
    runs
}

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

//! The cost of a span on the calling thread, in bursts that overflow no queue.

use crate::call::QUESTION;
use crate::contender::{ALL, Call, Contender, Pipeline};
use benches::median;
use std::collections::BTreeMap;
use std::hint::{black_box, spin_loop};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

/// The way in which calls are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Shape {
    /// Calls an async function, which is polled four times.
    pub(crate) is_async: bool,
    /// Nested calls, each with its span.
    pub(crate) depth: u32,
    /// Threads that make calls at the same time.
    pub(crate) threads: u32,
}

/// Spans per burst: fewer than the 512 at which the SDK wakes its worker, so that the worker does
/// not compete for the processor during the measurement.
const SPANS: u32 = 480;
/// Calls per burst of contenders that record nothing, whose calls are too cheap to time few.
const CHEAP_CALLS: u32 = 20_000;
/// Bursts per round and shape.
const BURSTS: u32 = 16;

/// Nanoseconds per span on one thread, and the number of lost spans.
#[derive(Debug, Default)]
pub(crate) struct Costs {
    measured: BTreeMap<(&'static str, Shape), Vec<f64>>,
    /// Spans that never arrived. Bursts are sized so that this is zero.
    pub(crate) lost: BTreeMap<&'static str, u64>,
}

impl Costs {
    /// Returns the median of all bursts.
    pub(crate) fn of(&self, contender: &str, shape: Shape) -> f64 {
        let measured = self.measured.iter();
        let mut of_it = measured.filter(|((name, of), _)| *name == contender && *of == shape);
        of_it.next().map_or(f64::NAN, |(_, costs)| median(costs.iter().copied()))
    }
}

/// All combinations, in the order of the columns.
pub(crate) const SHAPES: [Shape; 8] = [
    Shape { is_async: false, depth: 1, threads: 1 },
    Shape { is_async: false, depth: 10, threads: 1 },
    Shape { is_async: true, depth: 1, threads: 1 },
    Shape { is_async: true, depth: 10, threads: 1 },
    Shape { is_async: false, depth: 1, threads: 2 },
    Shape { is_async: false, depth: 10, threads: 2 },
    Shape { is_async: true, depth: 1, threads: 2 },
    Shape { is_async: true, depth: 10, threads: 2 },
];

/// Measures the contenders in turn, and starts each round with another one.
pub(crate) fn measure(rounds: usize) -> Costs {
    let mut costs = Costs::default();
    for round in 0..rounds {
        for turn in 0..ALL.len() {
            let contender = ALL[(turn + round) % ALL.len()];
            let pipeline = (contender.install)();
            for shape in SHAPES {
                let bursts = bursts(&contender, pipeline.as_deref(), shape, &mut costs.lost);
                costs.measured.entry((contender.name, shape)).or_default().extend(bursts);
            }
        }
    }
    costs
}

/// Runs the bursts of one shape; returns the nanoseconds per span of each.
fn bursts(
    contender: &Contender,
    pipeline: Option<&dyn Pipeline>,
    shape: Shape,
    lost: &mut BTreeMap<&'static str, u64>,
) -> Vec<f64> {
    let call = if shape.is_async { contender.asynchronous } else { contender.sync };
    let spans = if contender.records() { SPANS } else { CHEAP_CALLS };
    let calls = spans / shape.depth / shape.threads;
    let arrived = pipeline.map_or(0, Pipeline::arrived);
    let mut costs = Vec::new();
    for burst in 0..=BURSTS {
        let nanoseconds = on_threads(shape.threads, || timed(call, calls, shape.depth));
        // Flush between bursts and outside the measured time.
        if let Some(pipeline) = pipeline {
            pipeline.flush();
        }
        // The first burst is the warm-up.
        if burst > 0 {
            costs.push(nanoseconds / f64::from(calls * shape.depth));
        }
    }
    if let Some(pipeline) = pipeline.filter(|_| contender.records()) {
        let ended = u64::from(calls * shape.depth * shape.threads * (BURSTS + 1));
        *lost.entry(contender.name).or_default() += ended - (pipeline.arrived() - arrived);
    }
    costs
}

/// Returns the nanoseconds of this many calls on the current thread.
fn timed(call: Call, calls: u32, depth: u32) -> f64 {
    let began = Instant::now();
    for _ in 0..calls {
        black_box(call(QUESTION, black_box(depth)));
    }
    began.elapsed().as_secs_f64() * 1e9
}

/// Runs `run` on several threads at the same time; returns the time of the slowest.
fn on_threads(threads: u32, run: impl Fn() -> f64 + Sync) -> f64 {
    if threads == 1 {
        return run();
    }
    let waiting = AtomicUsize::new(threads as usize);
    let run_together = || {
        waiting.fetch_sub(1, Ordering::AcqRel);
        // Spinning starts all threads within nanoseconds; a barrier would wake them one by one.
        while waiting.load(Ordering::Acquire) > 0 {
            spin_loop();
        }
        run()
    };
    thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(run_together)).collect();
        running.into_iter().map(|thread| thread.join().expect("no panic")).fold(0.0, f64::max)
    })
}

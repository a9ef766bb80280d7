//! The cost per chunk of a traced stream.

use crate::call::drive;
use crate::macros;
use benches::median;
use futures_util::{Stream, StreamExt, stream};
use std::hint::black_box;
use std::time::Instant;
use trace_runtime::llm;

const CHUNKS: u32 = 1000;

/// Nanoseconds per chunk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chunks {
    pub(crate) plain: f64,
    pub(crate) off: f64,
    pub(crate) recorded: f64,
}

fn plain(chunks: u32) -> impl Stream<Item = String> {
    stream::iter(0..chunks).map(|_| "token ".to_owned())
}

#[llm]
fn traced(chunks: u32) -> impl Stream<Item = String> {
    plain(chunks)
}

pub(crate) fn measure(rounds: usize) -> Chunks {
    let (mut without, mut off, mut with) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds * 10 {
        without.push(timed(plain));
        off.push(timed(traced));
        let pipeline = macros::recorded();
        with.push(timed(traced));
        pipeline.flush();
    }
    Chunks { plain: median(without), off: median(off), recorded: median(with) }
}

fn timed<S: Stream<Item = String>>(stream: impl Fn(u32) -> S) -> f64 {
    let began = Instant::now();
    let bytes = drive(stream(CHUNKS).fold(0_usize, async |sum, chunk| sum + chunk.len()));
    black_box(bytes);
    began.elapsed().as_secs_f64() * 1e9 / f64::from(CHUNKS)
}

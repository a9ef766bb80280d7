//! The cost per chunk of a traced stream.

use crate::call::drive;
use crate::macros;
use benches::median;
use futures_util::{Stream, StreamExt, stream};
use std::hint::black_box;
use std::time::Instant;
use trace_runtime::llm;

/// Chunks per stream, enough to make the cost of the span itself negligible.
const CHUNKS: u32 = 1000;

/// Nanoseconds per chunk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chunks {
    /// Without tracing.
    pub(crate) plain: f64,
    /// Traced, without a registration.
    pub(crate) off: f64,
    /// Traced and recorded.
    pub(crate) recorded: f64,
}

/// The stream without tracing.
fn plain(chunks: u32) -> impl Stream<Item = String> {
    stream::iter(0..chunks).map(|_| "token ".to_owned())
}

/// The traced stream, whose chunks are joined to the span's output.
#[llm]
fn traced(chunks: u32) -> impl Stream<Item = String> {
    plain(chunks)
}

/// Measures the three variants in turn.
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

/// Consumes one stream; returns the nanoseconds per chunk.
fn timed<S: Stream<Item = String>>(stream: impl Fn(u32) -> S) -> f64 {
    let began = Instant::now();
    consume(stream(CHUNKS));
    began.elapsed().as_secs_f64() * 1e9 / f64::from(CHUNKS)
}

fn consume(stream: impl Stream<Item = String>) {
    let bytes = drive(stream.fold(0_usize, async |sum, chunk| sum + chunk.len()));
    black_box(bytes);
}

/// Consumes a stream without tracing.
pub(crate) fn consume_plain(chunks: u32) {
    consume(plain(chunks));
}

/// Consumes a traced stream.
pub(crate) fn consume_traced(chunks: u32) {
    consume(traced(chunks));
}

//! Runs one row of the table of instruction counts. `benches/instructions.py` runs this under
//! callgrind, which counts only inside [`counted`] or [`counted_chunks`], or inside the worker.

use crate::call::QUESTION;
use crate::contender::{ALL, Call, Pipeline};
use crate::{macros, streams};
use std::hint::black_box;

/// Calls between two flushes: as in the bursts whose time is measured.
const SPANS: u32 = 480;
/// Chunks of a stream.
const CHUNKS: u32 = 480;

/// Runs bursts of the row that the arguments name, and prints the number of spans or chunks. The
/// script takes the difference of two runs, so that neither the start counts nor the first bursts,
/// until memory circulates between the caller and the worker.
pub(crate) fn run(row: &str, contender: &str, bursts: u32) {
    let units = match row {
        "sync" => calls(contender, false, 1, bursts),
        "depth" => calls(contender, false, 10, bursts),
        "async" => calls(contender, true, 1, bursts),
        "chunk" => chunks(contender, bursts),
        "worker" => worker(contender == "scrubbed", bursts),
        _ => panic!("sync, depth, async, chunk or worker, not `{row}`"),
    };
    println!("UNITS {units}");
}

/// Makes the calls of a contender; returns the number of spans.
fn calls(contender: &str, is_async: bool, depth: u32, bursts: u32) -> u32 {
    let found = ALL.iter().find(|one| one.name == contender);
    let contender = found.expect("the name of a contender");
    let call = if is_async { contender.asynchronous } else { contender.sync };
    let pipeline = (contender.install)();
    for _ in 0..bursts {
        counted(call, SPANS / depth, depth);
        flush(pipeline.as_deref());
    }
    bursts * SPANS
}

/// Consumes streams; returns the number of chunks.
fn chunks(contender: &str, bursts: u32) -> u32 {
    let pipeline = (contender == "recorded").then(macros::recorded);
    let consume =
        if contender == "plain" { streams::consume_plain } else { streams::consume_traced };
    for _ in 0..bursts {
        counted_chunks(consume);
        flush(pipeline.as_deref());
    }
    bursts * CHUNKS
}

/// Sends spans with 1 KB of text over HTTP; returns their number.
fn worker(scrubs: bool, bursts: u32) -> u32 {
    let pipeline = macros::sending(scrubs);
    let text = "The capital of France is Paris. ".repeat(16);
    for _ in 0..bursts {
        for _ in 0..SPANS {
            black_box(macros::repeat(black_box(&text)));
        }
        flush(Some(&*pipeline));
    }
    bursts * SPANS
}

fn flush(pipeline: Option<&dyn Pipeline>) {
    if let Some(pipeline) = pipeline {
        pipeline.flush();
    }
}

/// Makes the calls of a burst. The script names this function to callgrind.
#[inline(never)]
fn counted(call: Call, calls: u32, depth: u32) {
    for _ in 0..calls {
        black_box(call(QUESTION, black_box(depth)));
    }
}

/// Consumes one stream. The script names this function to callgrind.
#[inline(never)]
fn counted_chunks(consume: fn(u32)) {
    consume(black_box(CHUNKS));
}

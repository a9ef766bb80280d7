//! Prints the tables, and the ratios as JSON in the last line.

use crate::burst::{Costs, SHAPES, Shape};
use crate::contender::ALL;
use crate::streams::Chunks;
use crate::sustained::Runs;
use crate::values::Comparison;
use serde_json::json;

/// All results.
#[derive(Debug)]
pub(crate) struct Measured {
    /// The cost of a span in bursts.
    pub(crate) costs: Costs,
    /// Cost and losses without pauses.
    pub(crate) runs: Runs,
    /// Capture of 100 KB of text, compared with a copy.
    pub(crate) text: Comparison,
    /// Capture of a 100 KB structure, compared with its serialisation.
    pub(crate) json: Comparison,
    /// The cost per chunk of a stream.
    pub(crate) chunks: Chunks,
    /// The bytes that the macro adds to a future.
    pub(crate) future_bytes: usize,
}

// The shapes of the ratios.
const SYNC: Shape = Shape { is_async: false, depth: 1, threads: 1 };
const ASYNC: Shape = Shape { is_async: true, ..SYNC };
const TWO_THREADS: Shape = Shape { threads: 2, ..SYNC };

/// Prints everything as Markdown; `benches/report.py` copies it into `docs/performance.md`.
pub(crate) fn print(measured: &Measured) {
    bursts(&measured.costs);
    sustained(&measured.runs);
    values(measured);
    println!("RATIOS {}", ratios(measured));
}

/// Prints the cost of a span in bursts: a row per contender, a column per shape.
fn bursts(costs: &Costs) {
    println!("Nanoseconds for each span, in bursts:\n");
    let title = |shape: &Shape| {
        let kind = if shape.is_async { "async" } else { "sync" };
        let threads = if shape.threads == 1 { "" } else { ", 2 threads" };
        format!("{kind}, depth {}{threads}", shape.depth)
    };
    let titles: Vec<String> = SHAPES.iter().map(title).collect();
    println!("| | {} |", titles.join(" | "));
    println!("|---|{}", "---|".repeat(SHAPES.len()));
    for contender in ALL {
        let cost = |shape: &Shape| format!("{:.1}", costs.of(contender.name, *shape));
        let row: Vec<String> = SHAPES.iter().map(cost).collect();
        println!("| {} | {} |", contender.title, row.join(" | "));
    }
    println!();
}

/// Prints cost and losses without pauses, for the contenders that record.
fn sustained(runs: &Runs) {
    println!("Without a pause, nanoseconds for each span:\n");
    println!("| | caller | export threads | lost |\n|---|---|---|---|");
    for contender in ALL.iter().filter(|contender| contender.records()) {
        let foreground = runs.median(contender.name, |run| run.foreground);
        let background = runs.median(contender.name, |run| run.background);
        let lost = runs.lost_share(contender.name) * 100.0;
        println!("| {} | {foreground:.0} | {background:.0} | {lost:.1} % |", contender.title);
    }
    println!();
}

/// Prints the cost of large values, streams and futures.
fn values(measured: &Measured) {
    let Measured { text, json, chunks, future_bytes, .. } = measured;
    println!("Large values and streams:\n");
    println!("| | trace-runtime | by hand | ratio |\n|---|---|---|---|");
    for (title, Comparison { recorded, by_hand }) in
        [("100 KB of text, and a copy", text), ("100 KB as JSON, and `to_string`", json)]
    {
        let (traced, manual) = (recorded / 1e3, by_hand / 1e3);
        println!("| {title} | {traced:.1} µs | {manual:.1} µs | {:.2} |", recorded / by_hand);
    }
    let Chunks { plain, off, recorded } = chunks;
    println!("| a chunk of a stream, recorded | {recorded:.1} ns | {plain:.1} ns | |");
    println!("| a chunk of a stream, nothing registered | {off:.1} ns | {plain:.1} ns | |");
    println!("| size of a future | {future_bytes} B more | | |\n");
}

/// Returns the ratios between contenders, which are compared between commits. Unlike nanoseconds
/// they hardly depend on the machine.
fn ratios(measured: &Measured) -> serde_json::Value {
    let Measured { costs, runs, .. } = measured;
    let ratio = |of: &str, to: &str, shape| round(costs.of(of, shape) / costs.of(to, shape));
    let lost = runs.lost("recorded")
        + runs.lost("durable")
        + ["recorded", "durable"].iter().filter_map(|name| costs.lost.get(name)).sum::<u64>()
            as f64;
    json!({
        "recorded_vs_sdk": ratio("recorded", "sdk", SYNC),
        "recorded_vs_tracing": ratio("recorded", "tracing", SYNC),
        "recorded_vs_fastrace": ratio("recorded", "fastrace", SYNC),
        "async_recorded_vs_tracing": ratio("recorded", "tracing", ASYNC),
        "unsampled_vs_sdk_unsampled": ratio("unsampled", "sdk_unsampled", SYNC),
        "off_ns_over_plain": round(costs.of("off", SYNC) - costs.of("plain", SYNC)),
        "text_100k_vs_copy": round(measured.text.ratio()),
        "json_100k_vs_serde": round(measured.json.ratio()),
        "dropped": lost,
        "future_bytes_over_plain": measured.future_bytes,
        "two_threads_vs_one": round(2.0 * costs.of("recorded", SYNC) / costs.of("recorded", TWO_THREADS)),
    })
}

/// Rounds to three decimals.
fn round(ratio: f64) -> f64 {
    (ratio * 1000.0).round() / 1000.0
}

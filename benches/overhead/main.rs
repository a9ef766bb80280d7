//! What a span costs the function that is traced, beside every other way to trace it.
//!
//! Every contender records the same name, the same eight attributes and the same text, and ends in
//! an exporter that does nothing. They take turns; the medians count.

#![expect(clippy::cast_precision_loss, reason = "all counts are far below 2^52")]

mod burst;
mod call;
mod contender;
mod fastrace_stack;
mod ours;
mod plain;
mod report;
mod sdk;
mod streams;
mod sustained;
mod tracing_stack;
mod values;

/// Rounds of everything; a number as argument replaces it.
const ROUNDS: usize = 21;

fn main() {
    // Cargo passes `--bench`.
    let given = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let rounds = given.unwrap_or(ROUNDS);
    report::print(&report::Measured {
        costs: burst::measure(rounds),
        runs: sustained::measure(rounds.div_ceil(2)),
        text: values::text_beside_copy(rounds),
        json: values::json_beside_serde(rounds),
        chunks: streams::measure(rounds),
        future_bytes: future_bytes(),
    });
}

/// How much larger the macro makes a future.
fn future_bytes() -> usize {
    let (traced, plain) = (ours::step_async("", 1), plain::step_async("", 1));
    size_of_val(&traced) - size_of_val(&plain)
}

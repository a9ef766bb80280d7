//! The cost of a span for the traced function, compared with other ways to trace it.
//!
//! Every contender records the same name, the same eight attributes and the same text, and exports
//! to an exporter that does nothing. The contenders run in turn, and the tables show medians.

#![expect(clippy::cast_precision_loss, reason = "all counts are far below 2^52")]

mod burst;
mod call;
mod contender;
mod count;
mod fastrace_stack;
mod floor;
mod macros;
mod plain;
mod report;
mod sdk;
mod streams;
mod sustained;
mod tracing_stack;
mod values;

/// The default number of rounds, which a number on the command line replaces.
const ROUNDS: usize = 21;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let ["count", row, contender, bursts] =
        arguments.iter().map(String::as_str).collect::<Vec<_>>()[..]
    {
        return count::run(row, contender, bursts.parse().expect("a number of bursts"));
    }
    // Skip arguments that are not numbers: Cargo passes `--bench`.
    let given = arguments.iter().find_map(|argument| argument.parse().ok());
    let rounds = given.unwrap_or(ROUNDS);
    report::print(&report::Measured {
        costs: burst::measure(rounds),
        runs: sustained::measure(rounds.div_ceil(2)),
        text: values::text_and_copy(rounds),
        json: values::json_and_serde(rounds),
        chunks: streams::measure(rounds),
        future_bytes: future_bytes(),
    });
}

/// Returns the bytes that the macro adds to a future.
fn future_bytes() -> usize {
    let (traced, plain) = (macros::step_async("", 1), plain::step_async("", 1));
    size_of_val(&traced) - size_of_val(&plain)
}

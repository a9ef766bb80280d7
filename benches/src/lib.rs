//! Shared by the benchmarks: medians, an exporter that does nothing, a receiver that accepts
//! everything, and the processor time of threads.

mod no_op;
mod receiver;
mod threads;

pub use no_op::NoOp;
pub use receiver::Receiver;
pub use threads::processor_time;

/// Returns the median of some measurements, or NaN without any.
///
/// ```
/// assert_eq!(benches::median([3.0, 1.0, 200.0]), 3.0);
/// ```
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

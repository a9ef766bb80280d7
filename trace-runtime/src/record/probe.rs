//! Detects at compile time if the type of a value implements [`Record`].
//!
//! Generated code calls `(&&RecordProbe(value)).__trace_recorded()` on values of any type. Method
//! resolution tries `&RecordProbe` first, for which [`Recorded`] is implemented if the type is a
//! [`Record`], and falls back to `RecordProbe`. Stable Rust has no specialization, and this is the
//! usual substitute ("autoref specialization"); [`Probe`](crate::__private::Probe) works likewise.

use super::{Attributes, Record};
use opentelemetry::KeyValue;

/// A reference to a value that may implement [`Record`].
#[derive(Debug)]
pub struct RecordProbe<'a, T: ?Sized>(pub &'a T);

/// Reads the attributes of the value in a [`RecordProbe`].
pub trait Recorded {
    /// Returns the attributes, or `None` if the type does not implement [`Record`].
    fn __trace_recorded(&self) -> Option<Vec<KeyValue>>;
}

impl<T: Record + ?Sized> Recorded for &RecordProbe<'_, T> {
    fn __trace_recorded(&self) -> Option<Vec<KeyValue>> {
        Some(Attributes::of(self.0).into_iter().collect())
    }
}

impl<T: ?Sized> Recorded for RecordProbe<'_, T> {
    fn __trace_recorded(&self) -> Option<Vec<KeyValue>> {
        None
    }
}

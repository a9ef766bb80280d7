//! Finds out whether a value of any type is a [`Record`].

use super::{Attributes, Record};
use opentelemetry::KeyValue;

/// A value that may be a [`Record`]. The compiler chooses, as for
/// [`Probe`](crate::__private::Probe).
#[derive(Debug)]
pub struct RecordProbe<'a, T: ?Sized>(pub &'a T);

/// What a value records of itself.
pub trait Recorded {
    /// The attributes; `None` if the value is no [`Record`].
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

//! What is kept of the items of a stream: they become its output.

use super::error::Failed;
use super::outcome::Outcome;
use crate::capture::{CapturedValue, Joined};
use crate::openinference::{keep_last_of_each_key, push};
use crate::panic::catch;
use opentelemetry::KeyValue;

/// Keeps something of every item.
pub trait Collect<T> {
    /// Reads an item; an item that is an error says so.
    fn add(&mut self, item: &T) -> Option<Failed>;

    /// What has been kept so far.
    fn output(&mut self) -> Option<CapturedValue>;
}

/// Joins text, and lists everything else.
pub(super) struct Chunks<R> {
    read: R,
    joined: Joined,
    /// What the items record of themselves; the last value of a key counts.
    recorded: Vec<KeyValue>,
}

impl<R> Chunks<R> {
    pub(super) fn new(read: R) -> Self {
        Chunks { read, joined: Joined::default(), recorded: Vec::new() }
    }
}

impl<T, R: FnMut(&T) -> Outcome> Collect<T> for Chunks<R> {
    fn add(&mut self, item: &T) -> Option<Failed> {
        match (self.read)(item) {
            Outcome::Returned(chunk) => {
                if let Some(mut chunk) = chunk {
                    for attribute in chunk.take_recorded() {
                        push(&mut self.recorded, attribute);
                    }
                    self.joined.add(&chunk);
                }
                None
            }
            Outcome::Failed(failed) => Some(failed),
        }
    }

    fn output(&mut self) -> Option<CapturedValue> {
        let mut recorded = std::mem::take(&mut self.recorded);
        keep_last_of_each_key(&mut recorded);
        let joined = std::mem::take(&mut self.joined).finish();
        if recorded.is_empty() {
            return joined;
        }
        Some(joined.unwrap_or_else(CapturedValue::nothing).with_recorded(Some(recorded)))
    }
}

/// Folds the items as the option `collect` says.
pub(super) struct Folded<A, F, R> {
    collected: A,
    fold: F,
    read: R,
}

impl<A: Default, F, R> Folded<A, F, R> {
    pub(super) fn new(fold: F, read: R) -> Self {
        Folded { collected: A::default(), fold, read }
    }
}

impl<T, A, F, R> Collect<T> for Folded<A, F, R>
where
    F: FnMut(&mut A, &T) -> Option<Failed>,
    R: Fn(&A) -> CapturedValue,
{
    fn add(&mut self, item: &T) -> Option<Failed> {
        (self.fold)(&mut self.collected, item)
    }

    fn output(&mut self) -> Option<CapturedValue> {
        catch(|| (self.read)(&self.collected)).ok()
    }
}

/// Hands an item of a stream, of a `Result` its value, to the function of the option `collect`.
#[doc(hidden)]
#[macro_export]
macro_rules! __collect {
    ($collected:ident, $item:ident, $collect:path) => {{
        use $crate::__private::SplitAny as _;
        match $crate::__private::Split($item).__trace_split() {
            $crate::__private::Ok(value) => {
                $collect($collected, value);
                $crate::__private::None
            }
            $crate::__private::Err(error) => {
                $crate::__private::Some($crate::__private::failed!(error))
            }
        }
    }};
}

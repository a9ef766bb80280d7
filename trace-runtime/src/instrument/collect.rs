//! Collects the items of a stream, which become the output of its span.

use super::error::ErrorInfo;
use super::outcome::Outcome;
use crate::capture::{CapturedValue, JoinedChunks};
use crate::openinference::{keep_last_of_each_key, push};
use crate::panic::catch;
use opentelemetry::KeyValue;

/// Collects items until the stream ends or is dropped.
pub trait Collect<T> {
    /// Adds an item. Returns the error if the item is one.
    fn add(&mut self, item: &T) -> Option<ErrorInfo>;

    /// Returns the output of the items so far. Called once, when the span ends.
    fn output(&mut self) -> Option<CapturedValue<'_>>;
}

/// Joins items that are text, and lists all others.
pub struct Chunks<R> {
    read: R,
    joined: JoinedChunks,
    /// The attributes that items with a `Record` implementation add. The last value of a key wins:
    /// token counts, for example, grow from chunk to chunk.
    recorded: Vec<KeyValue>,
}

impl<R> Chunks<R> {
    pub(super) fn new(read: R) -> Self {
        Chunks { read, joined: JoinedChunks::default(), recorded: Vec::new() }
    }
}

impl<T, R: FnMut(&T) -> Outcome<'_>> Collect<T> for Chunks<R> {
    fn add(&mut self, item: &T) -> Option<ErrorInfo> {
        match (self.read)(item) {
            Outcome::Returned(chunk) => {
                if let Some(mut chunk) = chunk {
                    if chunk.has_recorded() {
                        for attribute in chunk.take_recorded() {
                            push(&mut self.recorded, attribute);
                        }
                    }
                    self.joined.add(&chunk);
                }
                None
            }
            Outcome::Failed(error) => Some(error),
        }
    }

    fn output(&mut self) -> Option<CapturedValue<'_>> {
        let mut recorded = std::mem::take(&mut self.recorded);
        keep_last_of_each_key(&mut recorded);
        let joined = std::mem::take(&mut self.joined).finish();
        if recorded.is_empty() {
            return joined;
        }
        Some(joined.unwrap_or_else(CapturedValue::nothing).with_recorded(Some(recorded)))
    }
}

/// Folds the items with the function of the option `collect`.
pub struct Folded<A, F, R> {
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
    F: FnMut(&mut A, &T) -> Option<ErrorInfo>,
    R: Fn(&A) -> CapturedValue<'_>,
{
    fn add(&mut self, item: &T) -> Option<ErrorInfo> {
        (self.fold)(&mut self.collected, item)
    }

    fn output(&mut self) -> Option<CapturedValue<'_>> {
        catch(|| (self.read)(&self.collected)).ok()
    }
}

/// Passes an item, or the value of an item that is a `Result`, to the function of the option
/// `collect`.
#[doc(hidden)]
#[macro_export]
macro_rules! __collect {
    ($collected:ident, $item:ident, $collect:path) => {{
        use $crate::__private::AsSuccess as _;
        match $crate::__private::AsResult($item).__trace_as_result() {
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

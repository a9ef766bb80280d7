//! Moves the span of a `traced!` into the stream that the call returned.

use super::boxed_stream::{BoxedStream, PutStreamInSpan};
use super::collect::{Chunks, Collect, Folded};
use super::error::ErrorInfo;
use super::limited_collect::LimitedCollect;
use super::open::SpanHandle;
use super::outcome::Outcome;
use super::stream::StreamInSpan;
use crate::capture::CapturedValue;
use futures_core::Stream;
use std::convert::Infallible;

/// Moves the span into a stream, whose type changes.
#[derive(Debug)]
pub struct EndStream;

/// Moves the span into the stream of a `Result`, whose type changes.
#[derive(Debug)]
pub struct EndStreamResult;

/// Moves the span into a boxed stream.
#[derive(Debug)]
pub struct EndBoxedStream;

/// Moves the span into the boxed stream of a `Result`.
#[derive(Debug)]
pub struct EndBoxedStreamResult;

/// The end of a call that returned a stream, which the option `collect` needs.
#[diagnostic::on_unimplemented(
    message = "`collect` needs a stream, and the value of this expression is none",
    label = "expected a stream, or a `Result` of a stream",
    note = "remove `collect`, or write `output = ..` for another value"
)]
pub trait CollectsItems {}

impl CollectsItems for EndStream {}
impl CollectsItems for EndStreamResult {}
impl CollectsItems for EndBoxedStream {}
impl CollectsItems for EndBoxedStreamResult {}

/// Fails to compile for the end of another value.
pub fn require_stream<E: CollectsItems>(_end: &E) {}

/// Collects the items that `read` reads.
fn chunks<O>(span: &SpanHandle, read: O) -> LimitedCollect<Chunks<O>> {
    LimitedCollect::new(span, Chunks::new(read))
}

/// Folds the items with the function of the option `collect`.
fn folded<A: Default, F, R>(
    span: &SpanHandle,
    fold: F,
    read: R,
) -> LimitedCollect<Folded<A, F, R>> {
    LimitedCollect::new(span, Folded::new(fold, read))
}

/// Moves the span into the `Ok` value with `put`. An error ends it at once.
fn in_result<S, T, E>(
    result: Result<S, E>,
    span: SpanHandle,
    describe: impl FnOnce(&E) -> ErrorInfo,
    put: impl FnOnce(S, SpanHandle) -> T,
) -> Result<T, E> {
    match result {
        Ok(stream) => Ok(put(stream, span)),
        Err(error) => {
            span.fail(|| describe(&error));
            Err(error)
        }
    }
}

/// Puts a boxed stream into the span, or returns it as it is without a span.
fn put_boxed<S, C>(stream: S, span: SpanHandle, collect: impl FnOnce(&SpanHandle) -> C) -> S
where
    S: PutStreamInSpan<C>,
{
    if !span.is_some() {
        return stream;
    }
    let span = span.into_owned();
    let collect = collect(&span);
    stream.put_in_span(span, collect)
}

/// Puts a stream of any type into the span.
fn put<S: Stream, C: Collect<S::Item>>(
    stream: S,
    span: SpanHandle,
    collect: impl FnOnce(&SpanHandle) -> C,
) -> StreamInSpan<S, C> {
    let span = span.into_owned();
    let collect = collect(&span);
    StreamInSpan::new(stream, span, collect)
}

#[expect(clippy::unused_self, reason = "the type of `self` selects the method")]
impl EndStream {
    /// Moves the span into the stream. `read` reads each item.
    pub fn finish<S: Stream, O: FnMut(&S::Item) -> Outcome<'_>>(
        self,
        stream: S,
        span: SpanHandle,
        read: O,
        _describe: impl FnOnce(&Infallible) -> ErrorInfo,
    ) -> StreamInSpan<S, impl Collect<S::Item>> {
        put(stream, span, |span| chunks(span, read))
    }

    /// Moves the span into the stream. `fold` collects the items.
    pub fn collect_items<S: Stream, A: Default>(
        self,
        stream: S,
        span: SpanHandle,
        fold: impl FnMut(&mut A, &S::Item) -> Option<ErrorInfo>,
        read: impl Fn(&A) -> CapturedValue<'_>,
        _describe: impl FnOnce(&Infallible) -> ErrorInfo,
    ) -> StreamInSpan<S, impl Collect<S::Item>> {
        put(stream, span, |span| folded(span, fold, read))
    }
}

#[expect(clippy::unused_self, reason = "the type of `self` selects the method")]
impl EndStreamResult {
    /// Moves the span into the stream. `read` reads each item, `describe` an error in its place.
    ///
    /// # Errors
    ///
    /// The error of `result`.
    pub fn finish<S: Stream, E, O: FnMut(&S::Item) -> Outcome<'_>>(
        self,
        result: Result<S, E>,
        span: SpanHandle,
        read: O,
        describe: impl FnOnce(&E) -> ErrorInfo,
    ) -> Result<StreamInSpan<S, impl Collect<S::Item>>, E> {
        in_result(result, span, describe, |stream, span| {
            put(stream, span, |span| chunks(span, read))
        })
    }

    /// Moves the span into the stream. `fold` collects the items.
    ///
    /// # Errors
    ///
    /// The error of `result`.
    pub fn collect_items<S: Stream, E, A: Default>(
        self,
        result: Result<S, E>,
        span: SpanHandle,
        fold: impl FnMut(&mut A, &S::Item) -> Option<ErrorInfo>,
        read: impl Fn(&A) -> CapturedValue<'_>,
        describe: impl FnOnce(&E) -> ErrorInfo,
    ) -> Result<StreamInSpan<S, impl Collect<S::Item>>, E> {
        in_result(result, span, describe, |stream, span| {
            put(stream, span, |span| folded(span, fold, read))
        })
    }
}

#[expect(clippy::unused_self, reason = "the type of `self` selects the method")]
impl EndBoxedStream {
    /// Moves the span into the stream. `read` reads each item.
    pub fn finish<S, O>(
        self,
        stream: S,
        span: SpanHandle,
        read: O,
        _describe: impl FnOnce(&Infallible) -> ErrorInfo,
    ) -> S
    where
        S: BoxedStream + PutStreamInSpan<LimitedCollect<Chunks<O>>>,
        O: FnMut(&<S as BoxedStream>::Item) -> Outcome<'_>,
    {
        put_boxed(stream, span, |span| chunks(span, read))
    }

    /// Moves the span into the stream. `fold` collects the items.
    pub fn collect_items<S, A: Default, F, R>(
        self,
        stream: S,
        span: SpanHandle,
        fold: F,
        read: R,
        _describe: impl FnOnce(&Infallible) -> ErrorInfo,
    ) -> S
    where
        S: BoxedStream + PutStreamInSpan<LimitedCollect<Folded<A, F, R>>>,
        F: FnMut(&mut A, &<S as BoxedStream>::Item) -> Option<ErrorInfo>,
        R: Fn(&A) -> CapturedValue<'_>,
    {
        put_boxed(stream, span, |span| folded(span, fold, read))
    }
}

#[expect(clippy::unused_self, reason = "the type of `self` selects the method")]
impl EndBoxedStreamResult {
    /// Moves the span into the stream. `read` reads each item, `describe` an error in its place.
    ///
    /// # Errors
    ///
    /// The error of `result`.
    pub fn finish<S, E, O>(
        self,
        result: Result<S, E>,
        span: SpanHandle,
        read: O,
        describe: impl FnOnce(&E) -> ErrorInfo,
    ) -> Result<S, E>
    where
        S: BoxedStream + PutStreamInSpan<LimitedCollect<Chunks<O>>>,
        O: FnMut(&<S as BoxedStream>::Item) -> Outcome<'_>,
    {
        in_result(result, span, describe, |stream, span| {
            put_boxed(stream, span, |span| chunks(span, read))
        })
    }

    /// Moves the span into the stream. `fold` collects the items.
    ///
    /// # Errors
    ///
    /// The error of `result`.
    pub fn collect_items<S, E, A: Default, F, R>(
        self,
        result: Result<S, E>,
        span: SpanHandle,
        fold: F,
        read: R,
        describe: impl FnOnce(&E) -> ErrorInfo,
    ) -> Result<S, E>
    where
        S: BoxedStream + PutStreamInSpan<LimitedCollect<Folded<A, F, R>>>,
        F: FnMut(&mut A, &<S as BoxedStream>::Item) -> Option<ErrorInfo>,
        R: Fn(&A) -> CapturedValue<'_>,
    {
        in_result(result, span, describe, |stream, span| {
            put_boxed(stream, span, |span| folded(span, fold, read))
        })
    }
}

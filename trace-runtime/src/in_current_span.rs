//! Carries the current span to other tasks and threads.
//!
//! OpenTelemetry keeps the current context in a thread-local. A task that is spawned on another
//! thread, or polled after its caller returned, does not see it, and its spans would start new
//! traces.

use crate::panic::catch;
use futures_core::Stream;
use opentelemetry::{Context, ContextGuard};
use pin_project_lite::pin_project;
use std::pin::Pin;
use std::task::{self, Poll};

/// Binds a future or a stream to the span that is current now, for `tokio::spawn`, `JoinSet` and
/// other APIs that poll it outside the calling function.
///
/// ```
/// use trace_runtime::{InCurrentSpan, agent, llm};
///
/// #[llm]
/// async fn ask(question: &str) -> String {
///     format!("an answer to {question}")
/// }
///
/// #[agent]
/// async fn ask_elsewhere() -> String {
///     // The span of `ask` is a child of `ask_elsewhere`, on any thread that runs it.
///     tokio::spawn(ask("why").in_current_span()).await.unwrap_or_default()
/// }
/// # #[tokio::main] async fn main() { assert_eq!(ask_elsewhere().await, "an answer to why"); }
/// ```
pub trait InCurrentSpan: Sized {
    /// Wraps a future or a stream: the span and the scope that are current now are current again
    /// whenever it is polled, and when it is dropped.
    ///
    /// ```
    /// use trace_runtime::InCurrentSpan;
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let task = tokio::spawn(async { 6 * 7 }.in_current_span());
    /// assert_eq!(task.await.unwrap(), 42);
    /// # }
    /// ```
    fn in_current_span(self) -> WithCurrentSpan<Self> {
        WithCurrentSpan::new(self, Context::current())
    }
}

impl<T> InCurrentSpan for T {}

/// Binds a closure to the span that is current now, for threads and thread pools.
///
/// ```
/// use trace_runtime::{chain, in_current_span};
///
/// #[chain]
/// fn work() -> u32 {
///     std::thread::spawn(in_current_span(part)).join().unwrap_or_default()
/// }
///
/// #[chain]
/// fn part() -> u32 {
///     1
/// }
/// # assert_eq!(work(), 1);
/// ```
pub fn in_current_span<R, F: FnOnce() -> R>(closure: F) -> impl FnOnce() -> R + use<R, F> {
    let context = Context::current();
    move || {
        let _attached = context.attach();
        closure()
    }
}

impl<T> WithCurrentSpan<T> {
    pub(crate) fn new(inner: T, context: Context) -> Self {
        WithCurrentSpan { inner: Some(inner), context }
    }
}

pin_project! {
    /// A future or a stream that is bound to a span by [`InCurrentSpan::in_current_span`], or to a
    /// scope by [`Scope::bind`](crate::scope::Scope::bind).
    #[derive(Debug)]
    #[must_use = "futures and streams do nothing unless polled"]
    pub struct WithCurrentSpan<T> {
        // `None` only during the drop. The inner value is dropped explicitly, while the context is
        // attached: guards inside a cancelled future may end spans.
        #[pin]
        inner: Option<T>,
        context: Context,
    }

    impl<T> PinnedDrop for WithCurrentSpan<T> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let _attached = try_attach(this.context);
            this.inner.set(None);
        }
    }
}

impl<F: Future> Future for WithCurrentSpan<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut task::Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _attached = try_attach(this.context);
        this.inner.as_pin_mut().map_or(Poll::Pending, |inner| inner.poll(task))
    }
}

impl<S: Stream> Stream for WithCurrentSpan<S> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, task: &mut task::Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        let _attached = try_attach(this.context);
        this.inner.as_pin_mut().map_or(Poll::Ready(None), |inner| inner.poll_next(task))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.as_ref().map_or((0, Some(0)), Stream::size_hint)
    }
}

/// Makes a context current until the guard is dropped. Returns `None` on a thread that is ending:
/// OpenTelemetry panics there, because its thread-local is already destroyed.
#[inline]
pub(crate) fn try_attach(context: &Context) -> Option<ContextGuard> {
    catch(|| context.clone().attach()).ok()
}

//! The future of a service that was given the layer.

use super::send::settle;
use super::version::Incoming;
use crate::http::Exchange;
use crate::in_current_span::{WithCurrentSpan, try_attach};
use pin_project_lite::pin_project;
use std::fmt::Display;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

pin_project! {
    /// The response of a service, observed if it answers a model call.
    ///
    /// Dropping it drops the request first, and then ends the span as cancelled.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct TraceFuture<F> {
        #[pin]
        inner: Inner<F>,
        exchange: Option<Exchange>,
    }
}

pin_project! {
    #[project = Projected]
    #[derive(Debug)]
    enum Inner<F> {
        Plain { #[pin] future: F },
        InSpan { #[pin] future: WithCurrentSpan<F> },
    }
}

impl<F> TraceFuture<F> {
    /// Returns a future that adds nothing.
    pub(super) fn plain(future: F) -> Self {
        TraceFuture { inner: Inner::Plain { future }, exchange: None }
    }

    /// Calls a service, inside the exchange if there is one.
    pub(super) fn sending(exchange: Option<Exchange>, call: impl FnOnce() -> F) -> Self {
        let Some(exchange) = exchange else { return TraceFuture::plain(call()) };
        let context = exchange.context();
        let future = {
            let _current = try_attach(&context);
            call()
        };
        let future = WithCurrentSpan::new(future, context);
        TraceFuture { inner: Inner::InSpan { future }, exchange: Some(exchange) }
    }
}

impl<F, R, E> Future for TraceFuture<F>
where
    F: Future<Output = Result<R, E>>,
    R: Incoming,
    E: Display + 'static,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let result = ready!(match this.inner.project() {
            Projected::Plain { future } => future.poll(context),
            Projected::InSpan { future } => future.poll(context),
        });
        Poll::Ready(match this.exchange.take() {
            Some(exchange) => settle(result, exchange),
            None => result,
        })
    }
}

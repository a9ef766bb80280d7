//! The layer for services with a request of their own, from which a function makes one of `reqwest`.

use super::prepare::look;
use super::trace_future::TraceFuture;
use super::version::{Incoming, Outgoing};
use crate::register;
use opentelemetry::Context;
use pin_project_lite::pin_project;
use std::fmt::{self, Debug, Display, Formatter};
use std::mem;
use std::pin::Pin;
use std::task::{self, Poll, ready};
use tower_layer::Layer;
use tower_service::Service;

/// The layer that [`TraceLayer::looking_at`](super::TraceLayer::looking_at) returns.
#[derive(Clone, Copy)]
pub struct LookingLayer<L>(pub(super) L);

impl<L> Debug for LookingLayer<L> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("LookingLayer").finish_non_exhaustive()
    }
}

impl<L: Clone, S> Layer<S> for LookingLayer<L> {
    type Service = LookingService<S, L>;

    fn layer(&self, inner: S) -> LookingService<S, L> {
        LookingService { inner, look: self.0.clone() }
    }
}

/// The service that [`LookingLayer`] makes of another one.
#[derive(Clone, Copy)]
pub struct LookingService<S, L> {
    inner: S,
    look: L,
}

impl<S: Debug, L> Debug for LookingService<S, L> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("LookingService");
        shown.field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl<S, L, R, Q, F> Service<R> for LookingService<S, L>
where
    R: Clone,
    L: Fn(R) -> F,
    F: Future<Output = Option<Q>>,
    Q: Outgoing,
    S: Service<R> + Clone,
    S::Response: Incoming,
    S::Error: Display + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = LookingFuture<S, R, F, S::Future>;

    fn poll_ready(&mut self, context: &mut task::Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: R) -> Self::Future {
        if !register::is_enabled() {
            let sending = Some(TraceFuture::plain(self.inner.call(request)));
            return LookingFuture { look: None, waiting: None, sending };
        }
        let look = Some((self.look)(request.clone()));
        // The ready service is moved away, as the contract of `Service` asks for.
        let next = self.inner.clone();
        let service = mem::replace(&mut self.inner, next);
        let waiting = Some(Waiting { service, request, parent: Context::current() });
        LookingFuture { look, waiting, sending: None }
    }
}

/// A call that waits for the request that will be sent.
struct Waiting<S, R> {
    service: S,
    request: R,
    parent: Context,
}

pin_project! {
    /// The response of a [`LookingService`].
    #[must_use = "futures do nothing unless polled"]
    pub struct LookingFuture<S, R, F, T> {
        #[pin]
        look: Option<F>,
        waiting: Option<Waiting<S, R>>,
        #[pin]
        sending: Option<TraceFuture<T>>,
    }
}

impl<S, R, F, T> Debug for LookingFuture<S, R, F, T> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("LookingFuture").finish_non_exhaustive()
    }
}

impl<S, R, Q, F> Future for LookingFuture<S, R, F, S::Future>
where
    F: Future<Output = Option<Q>>,
    Q: Outgoing,
    S: Service<R>,
    S::Response: Incoming,
    S::Error: Display + 'static,
{
    type Output = Result<S::Response, S::Error>;

    fn poll(self: Pin<&mut Self>, context: &mut task::Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if let Some(looking) = this.look.as_mut().as_pin_mut() {
            let request = ready!(looking.poll(context));
            this.look.set(None);
            if let Some(mut waiting) = this.waiting.take() {
                let exchange = request.and_then(|request| look(&request, &waiting.parent));
                let call = || waiting.service.call(waiting.request);
                this.sending.set(Some(TraceFuture::sending(exchange, call)));
            }
        }
        match this.sending.as_pin_mut() {
            Some(sending) => sending.poll(context),
            // Only after a panic of the service.
            None => Poll::Pending,
        }
    }
}

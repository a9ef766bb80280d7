//! The layer for services that send requests of `reqwest`.

use super::looking::LookingLayer;
use super::prepare::{begin, include_usage};
use super::trace_future::TraceFuture;
use super::version::{Incoming, Outgoing};
use crate::register;
use opentelemetry::Context;
use std::fmt::Display;
use std::task::{self, Poll};
use tower_layer::Layer;
use tower_service::Service;

/// Returns a [`tower::Layer`](https://docs.rs/tower/latest/tower/trait.Layer.html) that makes each
/// model call a span, as [`SendTraced`](super::SendTraced) does.
///
/// It fits every service from `reqwest::Request` to `reqwest::Response`, such as `reqwest::Client`
/// itself. [`looking_at`](TraceLayer::looking_at) makes it fit services with another request. Place
/// it around a layer that repeats requests: there is then one span for a question. A second one
/// inside, around the client, adds an event for each retry to that span.
///
/// Keep it inside `tower::buffer`, whose worker does not know the current span.
///
/// ```
/// use tower_layer::Layer as _;
///
/// let service = trace_runtime::reqwest::layer().layer(reqwest::Client::new());
/// # fn takes<S: tower_service::Service<reqwest::Request> + Clone + Send + Sync>(_: S) {}
/// # takes(service);
/// ```
pub fn layer() -> TraceLayer {
    TraceLayer::default()
}

/// The layer that [`layer`] returns.
///
/// ```
/// use trace_runtime::reqwest::{TraceLayer, layer};
///
/// let layer: TraceLayer = layer().include_usage(true);
/// # let _ = layer;
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[must_use = "a layer does nothing without a service"]
pub struct TraceLayer {
    include_usage: bool,
}

impl TraceLayer {
    /// Asks streamed chats of OpenAI's API for their token counts (default: false).
    ///
    /// The servers report them only if the request has `"stream_options": {"include_usage": true}`.
    /// This adds it to the requests that set no `stream_options`. The stream then has one more event,
    /// whose list of choices is empty, and a server may reject the field: hence the default. Nothing
    /// changes while nothing is registered.
    ///
    /// ```
    /// let layer = trace_runtime::reqwest::layer().include_usage(true);
    /// # let _ = layer;
    /// ```
    pub fn include_usage(mut self, include: bool) -> Self {
        self.include_usage = include;
        self
    }

    #[cfg(feature = "reqwest-middleware")]
    pub(super) fn includes_usage(self) -> bool {
        self.include_usage
    }

    /// Makes the layer fit a service whose requests are of another type, by a function that returns
    /// the request to be sent, or `None` for one that gets no span.
    ///
    /// The function is not called while nothing is registered. The clone of the request that it
    /// receives must be cheap. This layer only looks at the request; to add headers or to
    /// [`include_usage`](Self::include_usage), put another layer around the client itself.
    pub fn looking_at<R, Q, F, L>(self, look: L) -> LookingLayer<L>
    where
        L: Fn(R) -> F,
        F: Future<Output = Option<Q>>,
        Q: Outgoing,
    {
        LookingLayer(look)
    }
}

impl<S> Layer<S> for TraceLayer {
    type Service = TraceService<S>;

    fn layer(&self, inner: S) -> TraceService<S> {
        TraceService { inner, layer: *self }
    }
}

/// The service that [`layer`] makes of another one.
#[derive(Clone, Copy, Debug)]
pub struct TraceService<S> {
    inner: S,
    layer: TraceLayer,
}

impl<S, Q> Service<Q> for TraceService<S>
where
    Q: Outgoing,
    S: Service<Q>,
    S::Response: Incoming,
    S::Error: Display + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = TraceFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut task::Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Q) -> Self::Future {
        if !register::is_enabled() {
            return TraceFuture::plain(self.inner.call(request));
        }
        if self.layer.include_usage {
            include_usage(&mut request);
        }
        let exchange = begin(&mut request, &Context::current());
        TraceFuture::sending(exchange, || self.inner.call(request))
    }
}

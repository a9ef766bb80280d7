//! The middleware for the crate `reqwest-middleware`.

use super::layer::{TraceLayer, layer};
use super::prepare::{begin, include_usage};
use super::send::settle;
use crate::in_current_span::WithCurrentSpan;
use crate::register;
use ::reqwest::{Request, Response};
use ::reqwest_middleware::{Next, Result};
use http::Extensions;
use opentelemetry::Context;

/// A middleware for [`reqwest-middleware`](https://docs.rs/reqwest-middleware) 0.5 that makes each
/// model call a span, as [`SendTraced`](super::SendTraced) does.
///
/// Add it before a middleware that repeats requests: there is then one span for a question. A second
/// one after it adds an event for each retry to that span.
///
/// ```
/// use trace_runtime::reqwest::Middleware;
///
/// let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::new())
///     .with(Middleware::new())
///     .build();
/// # let _ = client;
/// ```
///
/// Requires the feature `reqwest-middleware`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Middleware(TraceLayer);

impl Middleware {
    /// Returns a middleware that changes no request.
    ///
    /// ```
    /// let middleware = trace_runtime::reqwest::Middleware::new();
    /// # let _ = middleware;
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Middleware(layer())
    }

    /// Asks streamed chats of OpenAI's API for their token counts, see
    /// [`TraceLayer::include_usage`].
    ///
    /// ```
    /// let middleware = trace_runtime::reqwest::Middleware::new().include_usage(true);
    /// # let _ = middleware;
    /// ```
    #[must_use]
    pub fn include_usage(self, include: bool) -> Self {
        Middleware(self.0.include_usage(include))
    }
}

#[async_trait::async_trait]
impl ::reqwest_middleware::Middleware for Middleware {
    async fn handle(
        &self,
        mut request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        if !register::is_enabled() {
            return next.run(request, extensions).await;
        }
        if self.0.includes_usage() {
            include_usage(&mut request);
        }
        match begin(&mut request, &Context::current()) {
            Some(exchange) => {
                let run = next.run(request, extensions);
                let sent = WithCurrentSpan::new(run, exchange.context()).await;
                settle(sent, exchange)
            }
            None => next.run(request, extensions).await,
        }
    }
}

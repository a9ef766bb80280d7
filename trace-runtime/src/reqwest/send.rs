//! Sends a request and observes its response.

use super::failure::fail;
use super::prepare::begin;
use super::version::{Incoming, Outgoing};
use crate::http::Exchange;
use crate::in_current_span::WithCurrentSpan;
use crate::register;
use opentelemetry::Context;
use std::fmt::Display;

/// Sends a request as [`RequestBuilder::send`] does, and makes it a span if it calls a model.
///
/// The span has the messages, tools, model and token counts that go over the wire, and ends when the
/// body of the response was read. Inside an `llm` function it fills that function's span. A body is
/// passed on piece by piece as it arrives, with the same headers and the same URL. A request whose
/// body is a stream has no span.
///
/// Requests to the hosts of [`Builder::propagate_to_hosts`](crate::Builder::propagate_to_hosts)
/// carry the current span in their headers, model calls and others.
///
/// Implemented for the `RequestBuilder` of `reqwest` 0.13 and, with the feature `reqwest-0-12`,
/// of 0.12.
///
/// [`RequestBuilder::send`]: https://docs.rs/reqwest/latest/reqwest/struct.RequestBuilder.html#method.send
pub trait SendTraced: sealed::Sealed {
    /// The response of this version of `reqwest`.
    type Response;
    /// Its error.
    type Error;

    /// Sends the request. The current span at this call is the parent.
    ///
    /// ```no_run
    /// use trace_runtime::reqwest::SendTraced;
    ///
    /// # async fn ask(client: reqwest::Client, request: String) -> reqwest::Result<()> {
    /// let url = "http://localhost:8080/v1/chat/completions";
    /// let response = client.post(url).body(request).send_traced().await?;
    /// # drop(response); Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of `RequestBuilder::send`.
    fn send_traced(self) -> impl Future<Output = Result<Self::Response, Self::Error>> + Send;
}

pub(super) mod sealed {
    pub trait Sealed {}
}

/// Returns the parent of a request that is sent now; `None` if nothing is registered.
pub(super) fn parent() -> Option<Context> {
    register::is_enabled().then(Context::current)
}

/// Sends a request, with a span if it is a model call.
pub(super) async fn traced<Q, R, E>(
    request: Result<Q, E>,
    parent: Option<Context>,
    execute: impl AsyncFnOnce(Q) -> Result<R, E>,
) -> Result<R, E>
where
    Q: Outgoing,
    R: Incoming,
    E: Display + 'static,
{
    let mut request = request?;
    match parent.and_then(|parent| begin(&mut request, &parent)) {
        Some(exchange) => {
            let sent = WithCurrentSpan::new(execute(request), exchange.context());
            settle(sent.await, exchange)
        }
        None => execute(request).await,
    }
}

/// Passes a response on, whose body ends the exchange, or an error, which has ended it.
pub(super) fn settle<R, E>(result: Result<R, E>, mut exchange: Exchange) -> Result<R, E>
where
    R: Incoming,
    E: Display + 'static,
{
    match result {
        Ok(response) => {
            exchange.status(response.status_code());
            for (name, value) in response.header_map() {
                if let Ok(value) = value.to_str() {
                    exchange.header(name.as_str(), value);
                }
            }
            Ok(response.with_observed_body(exchange))
        }
        Err(error) => {
            fail(exchange, &error);
            Err(error)
        }
    }
}

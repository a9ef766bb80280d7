//! Sends a request and observes its response.

use super::failure::Failure;
use super::observed::observe;
use crate::http::Exchange;
use crate::in_current_span::{WithCurrentSpan, try_attach};
use crate::register;
use ::reqwest::{Client, Request, RequestBuilder, Response, Result};
use opentelemetry::Context;

/// Sends a request as [`RequestBuilder::send`] does, and makes it a span if it calls a model.
///
/// The span has the messages, tools, model and token counts that go over the wire, and ends when the
/// body of the response was read. Inside an `llm` function it fills that function's span. A body is
/// passed on piece by piece as it arrives, with the same headers and the same URL. A request whose
/// body is a stream has no span.
pub trait SendTraced: sealed::Sealed {
    /// Sends the request. The current span at this call is the parent.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`RequestBuilder::send`].
    fn send_traced(self) -> impl Future<Output = Result<Response>> + Send;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for ::reqwest::RequestBuilder {}
}

impl SendTraced for RequestBuilder {
    fn send_traced(self) -> impl Future<Output = Result<Response>> + Send {
        let parent = register::is_enabled().then(Context::current);
        let (client, request) = self.build_split();
        async move {
            let request = request?;
            let exchange = parent.and_then(|parent| begin(&request, &parent));
            match exchange {
                Some(exchange) => send(&client, request, exchange).await,
                None => client.execute(request).await,
            }
        }
    }
}

fn begin(request: &Request, parent: &Context) -> Option<Exchange> {
    let body = request.body()?.as_bytes()?;
    let _parent = try_attach(parent)?;
    Exchange::begin(request.method().as_str(), request.url().as_str(), body)
}

async fn send(client: &Client, request: Request, exchange: Exchange) -> Result<Response> {
    let attempts = exchange.context();
    match WithCurrentSpan::new(client.execute(request), attempts).await {
        Ok(response) => Ok(observe(response, exchange)),
        Err(error) => {
            exchange.fail_as(Failure::TYPE, &Failure(&error));
            Err(error)
        }
    }
}

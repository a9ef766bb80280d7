//! A response whose body is observed while it passes.

use super::failure::Failure;
use crate::http::Exchange;
use ::reqwest::{Body, Response, ResponseBuilderExt};
use http_body::{Body as HttpBody, Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// Returns the same response, with a body that feeds the exchange.
pub(super) fn observe(response: Response, mut exchange: Exchange) -> Response {
    exchange.status(response.status().as_u16());
    for (name, value) in response.headers() {
        if let Ok(value) = value.to_str() {
            exchange.header(name.as_str(), value);
        }
    }
    let url = response.url().clone();
    let (mut parts, body) = http::Response::from(response).into_parts();
    // The conversion loses the URL unless it is among the extensions, under a type that only this
    // builder can write.
    if let Ok(marked) = http::Response::builder().url(url).body(()) {
        parts.extensions.extend(marked.into_parts().0.extensions);
    }
    let mut observed = Observed { body, exchange: Some(exchange) };
    observed.end_with_body();
    Response::from(http::Response::from_parts(parts, Body::wrap(observed)))
}

/// The body of a response. Dropping it before its end drops the exchange.
struct Observed {
    body: Body,
    exchange: Option<Exchange>,
}

impl Observed {
    /// Ends the exchange if the body knows that nothing follows. Its reader may not ask again.
    fn end_with_body(&mut self) {
        if self.body.is_end_stream()
            && let Some(exchange) = self.exchange.take()
        {
            exchange.end();
        }
    }
}

impl HttpBody for Observed {
    type Data = <Body as HttpBody>::Data;
    type Error = ::reqwest::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        match &frame {
            Some(Ok(frame)) => {
                if let (Some(exchange), Some(data)) = (&mut self.exchange, frame.data_ref()) {
                    exchange.chunk(data);
                }
                self.end_with_body();
            }
            Some(Err(error)) => {
                if let Some(exchange) = self.exchange.take() {
                    exchange.fail_as(Failure::TYPE, &Failure(error));
                }
            }
            None => {
                if let Some(exchange) = self.exchange.take() {
                    exchange.end();
                }
            }
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

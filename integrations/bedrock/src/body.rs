//! The body of a response, observed while it passes.

use aws_smithy_types::body::{Error as BodyError, SdkBody};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use trace_runtime::http::Exchange;

/// Returns a body that passes on each chunk as it arrives.
pub(crate) fn observed_body(body: SdkBody, mut exchange: Exchange) -> SdkBody {
    // A body that is whole already stays so.
    if let Some(bytes) = body.bytes() {
        exchange.chunk(bytes);
        exchange.end();
        return body;
    }
    let mut observed = Observed { body, exchange: Some(exchange) };
    observed.end_with_body();
    SdkBody::from_body_1_x(observed)
}

/// Dropping the body before its end drops the exchange.
struct Observed {
    body: SdkBody,
    exchange: Option<Exchange>,
}

impl Observed {
    /// Ends the exchange if the body knows that nothing follows. Its reader may not ask again.
    fn end_with_body(&mut self) {
        if self.body.is_end_stream() {
            self.end();
        }
    }

    fn end(&mut self) {
        if let Some(exchange) = self.exchange.take() {
            exchange.end();
        }
    }
}

impl Body for Observed {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
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
                    exchange.fail_as("ConnectorError", &message(error.as_ref()));
                }
            }
            None => self.end(),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        Body::size_hint(&self.body)
    }
}

/// The number of sources that are shown.
const MAX_SOURCES: usize = 8;

/// Returns the message of an error with its sources, which alone tell the reason. The SDK signs
/// requests in their headers, so no message contains a key.
pub(crate) fn message(error: &(dyn Error + 'static)) -> String {
    let sources = std::iter::successors(error.source(), |error| (*error).source());
    sources.take(MAX_SOURCES).fold(error.to_string(), |message, source| {
        let source = source.to_string();
        // Some errors show their source themselves.
        if message.ends_with(&source) { message } else { [message, source].join(": ") }
    })
}

//! The body of a response, observed while it passes.

use super::failure::fail;
use crate::http::Exchange;
use http_body::{Body, Frame, SizeHint};
use std::fmt::Display;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// Returns the same body, which feeds the exchange.
pub(super) fn observed<B: Body>(body: B, exchange: Exchange) -> Observed<B> {
    let mut observed = Observed { body, exchange: Some(exchange) };
    observed.end_with_body();
    observed
}

/// The body of a response. Dropping it before its end drops the exchange.
pub(super) struct Observed<B> {
    body: B,
    exchange: Option<Exchange>,
}

impl<B: Body> Observed<B> {
    /// Ends the exchange if the body knows that nothing follows. Its reader may not ask again.
    fn end_with_body(&mut self) {
        if self.body.is_end_stream()
            && let Some(exchange) = self.exchange.take()
        {
            exchange.end();
        }
    }
}

impl<B> Body for Observed<B>
where
    B: Body<Error: Display + 'static> + Unpin,
    B::Data: AsRef<[u8]>,
{
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        match &frame {
            Some(Ok(frame)) => {
                if let (Some(exchange), Some(data)) = (&mut self.exchange, frame.data_ref()) {
                    exchange.chunk(data.as_ref());
                }
                self.end_with_body();
            }
            Some(Err(error)) => {
                if let Some(exchange) = self.exchange.take() {
                    fail(exchange, error);
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

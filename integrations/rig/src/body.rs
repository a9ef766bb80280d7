//! The bodies of responses, observed while they pass.

use crate::failure::end_with_error;
use bytes::Bytes;
use futures_core::Stream;
use rig_http::http_client::{BoxedStream, LazyBody, Result};
use rig_http::wasm_compat::WasmCompatSend;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use trace_runtime::http::Exchange;

/// Returns a body that is read whole, and ends the exchange then.
pub(crate) fn observed_body<U>(body: LazyBody<Bytes>, mut exchange: Exchange) -> LazyBody<U>
where
    U: From<Bytes> + WasmCompatSend + 'static,
{
    Box::pin(async move {
        match body.await {
            Ok(bytes) => {
                exchange.chunk(&bytes);
                exchange.end();
                Ok(bytes.into())
            }
            Err(error) => {
                end_with_error(exchange, &error);
                Err(error)
            }
        }
    })
}

/// Returns a body that passes on each chunk as it arrives.
pub(crate) fn observed_stream(body: BoxedStream, exchange: Exchange) -> BoxedStream {
    Box::pin(Observed { body, exchange: Some(exchange) })
}

/// A body in chunks. Dropping it before its end drops the exchange.
struct Observed {
    body: BoxedStream,
    exchange: Option<Exchange>,
}

impl Stream for Observed {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let item = ready!(self.body.as_mut().poll_next(context));
        match &item {
            Some(Ok(chunk)) => {
                if let Some(exchange) = &mut self.exchange {
                    exchange.chunk(chunk);
                }
            }
            Some(Err(error)) => {
                if let Some(exchange) = self.exchange.take() {
                    end_with_error(exchange, error);
                }
            }
            None => {
                if let Some(exchange) = self.exchange.take() {
                    exchange.end();
                }
            }
        }
        Poll::Ready(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.body.size_hint()
    }
}

//! The wrapper around an HTTP client.

use crate::body::{observed_body, observed_stream};
use crate::failure::{end_with_error, observe_head};
use bytes::Bytes;
use futures_util::future::Either;
use rig_http::http_client::{
    HttpClientExt, LazyBody, MultipartForm, Request, Response, Result, StreamingResponse,
};
use rig_http::wasm_compat::WasmCompatSend;
use trace_runtime::InCurrentSpan;
use trace_runtime::http::{Exchange, is_enabled};

/// Wraps an HTTP client of rig, so that every model call becomes a span.
///
/// ```
/// use rig_core::providers::openai::OpenAIConfig;
/// use rig_reqwest::ReqwestClient;
///
/// let http = trace_rig::traced(ReqwestClient::default());
/// let openai = OpenAIConfig::new("key").connect(http);
/// ```
pub fn traced<H>(client: H) -> Traced<H> {
    Traced(client)
}

/// An HTTP client whose model calls are spans, see [`traced`].
///
/// Other requests, such as lists of models and uploads, pass untouched. So does every request while
/// nothing is registered.
#[derive(Clone, Debug, Default)]
pub struct Traced<H>(H);

impl<H> Traced<H> {
    /// Returns the client without tracing.
    pub fn into_inner(self) -> H {
        self.0
    }
}

impl<H: HttpClientExt> HttpClientExt for Traced<H> {
    fn send<T, U>(
        &self,
        request: Request<T>,
    ) -> impl Future<Output = Result<Response<LazyBody<U>>>> + WasmCompatSend + 'static
    where
        T: Into<Bytes> + WasmCompatSend,
        U: From<Bytes> + WasmCompatSend + 'static,
    {
        // Clients make the same conversion, which copies nothing.
        let request = request.map(Into::into);
        let Some(exchange) = begin(&request) else {
            return Either::Left(self.0.send(request));
        };
        // A traced client or a retry further inside is an attempt of this exchange.
        let attempts = exchange.context().attach();
        let sent = self.0.send::<Bytes, Bytes>(request).in_current_span();
        drop(attempts);
        Either::Right(async move {
            match sent.await {
                Ok(response) => Ok(observe(response, exchange, observed_body)),
                Err(error) => {
                    end_with_error(exchange, &error);
                    Err(error)
                }
            }
        })
    }

    fn send_multipart<U>(
        &self,
        request: Request<MultipartForm>,
    ) -> impl Future<Output = Result<Response<LazyBody<U>>>> + WasmCompatSend + 'static
    where
        U: From<Bytes> + WasmCompatSend + 'static,
    {
        self.0.send_multipart(request)
    }

    fn send_streaming<T>(
        &self,
        request: Request<T>,
    ) -> impl Future<Output = Result<StreamingResponse>> + WasmCompatSend
    where
        T: Into<Bytes> + WasmCompatSend,
    {
        let request = request.map(Into::into);
        let Some(exchange) = begin(&request) else {
            return Either::Left(self.0.send_streaming(request));
        };
        let attempts = exchange.context().attach();
        let sent = self.0.send_streaming(request).in_current_span();
        drop(attempts);
        Either::Right(async move {
            match sent.await {
                Ok(response) => Ok(observe(response, exchange, observed_stream)),
                Err(error) => {
                    end_with_error(exchange, &error);
                    Err(error)
                }
            }
        })
    }
}

/// Begins the exchange at the call, where the current span is that of the caller.
fn begin(request: &Request<Bytes>) -> Option<Exchange> {
    if !is_enabled() {
        return None;
    }
    let url = request.uri().to_string();
    Exchange::begin(request.method().as_str(), &url, request.body())
}

/// Observes the head of a response, and returns it with a body that feeds the exchange.
fn observe<B, O>(
    response: Response<B>,
    mut exchange: Exchange,
    observed: impl FnOnce(B, Exchange) -> O,
) -> Response<O> {
    observe_head(&mut exchange, response.status().as_u16(), response.headers());
    response.map(|body| observed(body, exchange))
}

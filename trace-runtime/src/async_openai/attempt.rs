//! One attempt to send a request.

use crate::reqwest::TraceService;
use ::async_openai::error::OpenAIError;
use ::async_openai::middleware::HttpRequestFactory;
use ::reqwest::{Client, Response};
use std::pin::Pin;
use std::task::{Context, Poll};
use tower_service::Service;

/// Builds a request and sends it.
#[derive(Clone, Debug)]
pub(super) struct Attempt(pub(super) TraceService<Client>);

impl Service<HttpRequestFactory> for Attempt {
    type Response = Response;
    type Error = OpenAIError;
    type Future = Pin<Box<dyn Future<Output = Result<Response, OpenAIError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), OpenAIError>> {
        self.0.poll_ready(context).map_err(OpenAIError::Reqwest)
    }

    fn call(&mut self, factory: HttpRequestFactory) -> Self::Future {
        // `reqwest::Client` is always ready.
        let mut client = self.0.clone();
        Box::pin(async move {
            let request = factory.build().await?;
            client.call(request).await.map_err(OpenAIError::Reqwest)
        })
    }
}

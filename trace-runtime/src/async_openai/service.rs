//! The service in place of the HTTP client's own.

use super::attempt::Attempt;
use crate::reqwest::{TraceLayer, layer};
use ::async_openai::error::OpenAIError;
use ::async_openai::middleware::HttpRequestFactory;
use ::async_openai::middleware::retry::OpenAIRetryLayer;
use tower_layer::Layer;
use tower_service::Service;

/// Returns a service for `Client::with_http_service` that sends requests as the client does without
/// it, with the same retries, and makes each model call a span.
///
/// See the [module](crate::async_openai) for an example.
///
/// ```
/// let service = trace_runtime::async_openai::service(reqwest::Client::new());
/// let client = async_openai::Client::new().with_http_service(service);
/// # drop(client);
/// ```
#[must_use]
pub fn service(
    client: ::reqwest::Client,
) -> impl Service<
    HttpRequestFactory,
    Response = ::reqwest::Response,
    Error = OpenAIError,
    Future: Send + 'static,
> + Clone
+ Send
+ Sync
+ 'static {
    service_with(layer(), client)
}

/// Returns the service of [`service`] with the options of a layer.
///
/// ```
/// let layer = trace_runtime::reqwest::layer().include_usage(true);
/// let service = trace_runtime::async_openai::service_with(layer, reqwest::Client::new());
/// # let client = async_openai::Client::new().with_http_service(service);
/// ```
#[must_use]
pub fn service_with(
    layer: TraceLayer,
    client: ::reqwest::Client,
) -> impl Service<
    HttpRequestFactory,
    Response = ::reqwest::Response,
    Error = OpenAIError,
    Future: Send + 'static,
> + Clone
+ Send
+ Sync
+ 'static {
    // Around the retries, so that a question is one span; and around the client, for an event of
    // each retry and for the options, which change the request.
    let attempts = Attempt(layer.layer(client));
    let retrying = OpenAIRetryLayer::default().layer(attempts);
    layer.looking_at(async |request: HttpRequestFactory| request.build().await.ok()).layer(retrying)
}

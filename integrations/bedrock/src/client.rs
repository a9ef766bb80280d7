//! The wrapper around an HTTP client.

use crate::body::observed_body;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::{
    RuntimeComponents, RuntimeComponentsBuilder,
};
use aws_smithy_runtime_api::shared::IntoShared;
use aws_smithy_types::config_bag::ConfigBag;
use trace_runtime::InCurrentSpan;
use trace_runtime::http::{Exchange, is_enabled};

/// Wraps an HTTP client of the SDK, so that every model call becomes a span.
///
/// ```
/// use aws_smithy_http_client::Builder;
///
/// // With TLS: `Builder::new().tls_provider(..).build_https()`
/// let http = trace_bedrock::traced(Builder::new().build_http());
/// let config = aws_sdk_bedrockruntime::Config::builder().http_client(http);
/// ```
#[must_use]
pub fn traced(client: impl HttpClient + 'static) -> Traced {
    Traced(client.into_shared())
}

/// An HTTP client whose model calls are spans, see [`traced`].
///
/// Each attempt of the SDK is a span, since the SDK retries above its HTTP client.
#[derive(Clone, Debug)]
pub struct Traced(SharedHttpClient);

impl HttpClient for Traced {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let connector = self.0.http_connector(settings, components);
        if is_enabled() { TracedConnector(connector).into_shared() } else { connector }
    }

    fn validate_base_client_config(
        &self,
        components: &RuntimeComponentsBuilder,
        config: &ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.validate_base_client_config(components, config)
    }

    fn validate_final_config(
        &self,
        components: &RuntimeComponents,
        config: &ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.validate_final_config(components, config)
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.0.connector_metadata()
    }
}

#[derive(Debug)]
struct TracedConnector(SharedHttpConnector);

impl HttpConnector for TracedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Some(exchange) = begin(&request) else { return self.0.call(request) };
        // A traced client further inside is an attempt of this exchange.
        let attempts = exchange.context().attach();
        let sent = self.0.call(request).in_current_span();
        drop(attempts);
        HttpConnectorFuture::new(async move {
            match sent.await {
                Ok(response) => Ok(observe(response, exchange)),
                Err(error) => {
                    fail(exchange, &error);
                    Err(error)
                }
            }
        })
    }
}

/// Begins the exchange at the call, where the current span is that of the caller. A request whose
/// body is a stream has no span.
fn begin(request: &HttpRequest) -> Option<Exchange> {
    Exchange::begin(request.method(), request.uri(), request.body().bytes()?)
}

/// Returns the same response, with a body that feeds the exchange.
fn observe(mut response: HttpResponse, mut exchange: Exchange) -> HttpResponse {
    exchange.status(response.status().as_u16());
    for (name, value) in response.headers() {
        exchange.header(name, value);
    }
    let body = response.take_body();
    *response.body_mut() = observed_body(body, exchange);
    response
}

/// Ends an exchange whose request got no response.
fn fail(exchange: Exchange, error: &ConnectorError) {
    let message = crate::body::message(error);
    exchange.fail_as("ConnectorError", &message);
}

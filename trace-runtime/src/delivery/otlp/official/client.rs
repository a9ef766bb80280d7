//! The HTTP client of the official exporter: ours, which keeps the answer.

use crate::config::RegisterError;
use crate::delivery::destination::Attempt;
use crate::delivery::otlp::http::{HttpClient, Message, classify};
use crate::delivery::otlp::settings::OtlpSettings;
use crate::sync::lock;
use opentelemetry_http::{Bytes, HttpError, Request, Response};
use std::sync::{Arc, Mutex};
use ureq::http::Method;

/// The verdict on the last answer. The exporter reports a status alone; the pause that the backend
/// asks for, its explanation and the spans that it rejected are only in the answer.
#[derive(Clone, Debug, Default)]
pub(super) struct LastAnswer(Arc<Mutex<Option<Attempt>>>);

impl LastAnswer {
    pub(super) fn take(&self) -> Option<Attempt> {
        lock(&self.0).take()
    }
}

/// A blocking client with the headers, the proxy and the certificates of the settings. It runs on the
/// sender thread, which has nothing else to do.
#[derive(Debug)]
pub(super) struct ExplicitClient {
    settings: OtlpSettings,
    client: HttpClient,
    last: LastAnswer,
}

impl ExplicitClient {
    pub(super) fn new(settings: &OtlpSettings, last: &LastAnswer) -> Result<Self, RegisterError> {
        let client = HttpClient::new(settings)?;
        Ok(ExplicitClient { settings: settings.clone(), client, last: last.clone() })
    }
}

#[async_trait::async_trait]
impl opentelemetry_http::HttpClient for ExplicitClient {
    /// Sends the body of the request. Its other headers are replaced by those of the settings: the
    /// exporter prefers the environment to code.
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
        let kind = header("content-type").unwrap_or_default();
        let message = Message {
            method: Method::POST,
            url: &self.settings.endpoint.url,
            content: Some((kind, header("content-encoding"), request.body())),
        };
        match self.client.exchange(&self.settings, &message, self.settings.timeout) {
            Ok(answer) => {
                let status = answer.status;
                *lock(&self.last.0) = Some(classify(&self.settings, &answer));
                Ok(Response::builder().status(status).body(Bytes::new())?)
            }
            Err(error) => {
                let text = error.what.clone();
                *lock(&self.last.0) = Some(Attempt::Retry { error, after: None });
                Err(text.into())
            }
        }
    }
}

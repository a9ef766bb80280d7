//! Calls of the JSON interface of a backend, with the address and the headers of its traces.

use super::http::{Answer, HttpClient, Message};
use super::settings::OtlpSettings;
use super::{answer, send_error};
use crate::config::RegisterError;
use crate::delivery::destination::SendError;
use std::time::Duration;
use ureq::http::Method;

/// A client for the interface of one backend. A call blocks the thread of the caller.
#[derive(Debug)]
pub(crate) struct JsonClient {
    settings: OtlpSettings,
    client: HttpClient,
    /// The address without the path of the trace service.
    base: String,
    /// The query of the address, which may be a key.
    query: Option<String>,
}

/// One request of the interface.
#[derive(Clone, Debug)]
pub(crate) struct JsonCall {
    pub(crate) verb: Verb,
    /// The path after the base address, with its query.
    pub(crate) path: String,
    pub(crate) body: Vec<u8>,
}

/// The method of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Get,
    Post,
    Patch,
}

/// The result of one attempt.
#[derive(Debug)]
pub(crate) enum JsonAttempt {
    Accepted(Vec<u8>),
    /// The backend does not know the target. It may know it later.
    Unknown(SendError),
    /// The backend failed on this request, or did so by chance.
    Failed(SendError),
    /// The backend cannot be reached, or takes no request at the moment.
    Away {
        error: SendError,
        after: Option<Duration>,
    },
    /// The request is refused for good.
    Refused(SendError),
}

impl JsonClient {
    /// Creates the client of the backend whose traces the settings describe. `traces_path` is the
    /// end of their address that the interface does not have.
    pub(crate) fn new(settings: &OtlpSettings, traces_path: &str) -> Result<Self, RegisterError> {
        let client = HttpClient::new(settings)?;
        let url = settings.endpoint.url.as_str();
        let (url, query) =
            url.split_once('?').map_or((url, None), |(url, query)| (url, Some(query)));
        let base = url.strip_suffix(traces_path).unwrap_or_else(|| settings.endpoint.base());
        let (base, query) = (base.trim_end_matches('/').to_owned(), query.map(str::to_owned));
        Ok(JsonClient { settings: settings.clone(), client, base, query })
    }

    /// Makes one attempt.
    pub(crate) fn call(&self, call: &JsonCall) -> JsonAttempt {
        let url = self.url(&call.path);
        let (method, has_body) = match call.verb {
            Verb::Get => (Method::GET, false),
            Verb::Post => (Method::POST, true),
            Verb::Patch => (Method::PATCH, true),
        };
        let content = has_body.then_some(("application/json", None, call.body.as_slice()));
        let message = Message { method, url: &url, content };
        match self.client.exchange(&self.settings, &message, self.settings.timeout) {
            Ok(answer) => self.classify(answer),
            Err(error) => JsonAttempt::Away { error, after: None },
        }
    }

    /// Decides by the status whether a request is tried again.
    fn classify(&self, Answer { status, after, body, .. }: Answer) -> JsonAttempt {
        let error = || send_error::feedback_status(&self.settings, status, answer::text_of(&body));
        match status {
            200..300 => JsonAttempt::Accepted(body),
            404 => JsonAttempt::Unknown(error()),
            408 | 429 | 502..=504 => JsonAttempt::Away { error: error(), after },
            500.. => JsonAttempt::Failed(error()),
            _ => JsonAttempt::Refused(error()),
        }
    }

    fn url(&self, path: &str) -> String {
        let separator = if path.contains('?') { '&' } else { '?' };
        match &self.query {
            Some(query) => format!("{}{path}{separator}{query}", self.base),
            None => format!("{}{path}", self.base),
        }
    }

    /// The name and the address of the backend, for messages.
    pub(crate) fn address(&self) -> String {
        self.settings.shown()
    }

    /// The complete address of its traces, which identifies the backend in the spool.
    pub(crate) fn identity(&self) -> &str {
        &self.settings.endpoint.url
    }

    /// Returns an attribute that the resource has for this backend alone.
    pub(crate) fn resource(&self, key: &str) -> Option<&str> {
        let mut resource = self.settings.additions.resource.iter();
        resource.find(|(name, _)| *name == key).map(|(_, value)| value.as_str())
    }
}

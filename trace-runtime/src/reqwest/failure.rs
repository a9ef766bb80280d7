//! The message of an error, without credentials.

use crate::http::Exchange;
use std::any::{Any, type_name};
use std::error::Error;
use std::fmt::{self, Display, Formatter};

/// Ends an exchange with the error of a client or of a service in front of it.
pub(super) fn fail<E: Display + 'static>(exchange: Exchange, error: &E) {
    #[cfg(feature = "async-openai")]
    let exchange = match fail_with_status(exchange, error) {
        Ok(()) => return,
        Err(exchange) => exchange,
    };
    let source = source(error);
    exchange.fail_as(type_of(error), &Failure { error, source });
}

/// Ends an exchange with a response that `async-openai` has turned into an error, because its retries
/// read the body of a status 429. Returns the exchange if the error is another one.
#[cfg(feature = "async-openai")]
fn fail_with_status<E: 'static>(mut exchange: Exchange, error: &E) -> Result<(), Exchange> {
    use ::async_openai::error::OpenAIError;
    let error: &dyn Any = error;
    let Some(OpenAIError::ApiError(response)) = error.downcast_ref() else { return Err(exchange) };
    exchange.status(response.status_code.as_u16());
    exchange.fail_as("OpenAIError", &response.api_error.message);
    Ok(())
}

/// Shows an error with its sources, which alone tell the reason, and its URLs without the query, in
/// which some APIs expect the key.
struct Failure<'a> {
    error: &'a dyn Display,
    source: Option<&'a (dyn Error + 'static)>,
}

/// The number of sources that are shown.
const MAX_SOURCES: usize = 8;

impl Display for Failure<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", without_queries(&self.error.to_string()))?;
        let sources = std::iter::successors(self.source, |error| (*error).source());
        for source in sources.take(MAX_SOURCES) {
            // The source of an error in a body is the error of the client once more.
            if !is_of_client(source) {
                write!(formatter, ": {}", without_queries(&source.to_string()))?;
            }
        }
        Ok(())
    }
}

fn is_of_client(error: &(dyn Error + 'static)) -> bool {
    #[cfg(feature = "reqwest")]
    if error.is::<::reqwest::Error>() {
        return true;
    }
    #[cfg(feature = "reqwest-0-12")]
    if error.is::<::reqwest_0_12::Error>() {
        return true;
    }
    let _ = error;
    false
}

/// Returns the path by which users name a type, where it differs from the place of its definition.
fn type_of<E: 'static>(error: &E) -> &'static str {
    match known(error) {
        Some(error) if is_of_client(error) => "reqwest::Error",
        _ => type_name::<E>(),
    }
}

/// Returns the reason of an error. Errors of services need not implement [`Error`], so only those of
/// known types have a source.
fn source<E: 'static>(error: &E) -> Option<&(dyn Error + 'static)> {
    known(error)?.source()
}

fn known<E: 'static>(error: &E) -> Option<&(dyn Error + 'static)> {
    let error: &dyn Any = error;
    #[cfg(feature = "reqwest")]
    if let Some(error) = error.downcast_ref::<::reqwest::Error>() {
        return Some(error);
    }
    #[cfg(feature = "reqwest-0-12")]
    if let Some(error) = error.downcast_ref::<::reqwest_0_12::Error>() {
        return Some(error);
    }
    #[cfg(feature = "reqwest-middleware")]
    if let Some(error) = error.downcast_ref::<::reqwest_middleware::Error>() {
        return Some(error);
    }
    #[cfg(feature = "async-openai")]
    if let Some(error) = error.downcast_ref::<::async_openai::error::OpenAIError>() {
        return Some(error);
    }
    let boxed = error.downcast_ref::<Box<dyn Error + Send + Sync>>()?;
    Some(boxed.as_ref())
}

/// Cuts the queries, the fragments and the credentials out of the URLs in a text.
fn without_queries(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        kept.extend([before, "://"]);
        let end = after
            .find(|c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>'))
            .unwrap_or(after.len());
        let (url, after) = after.split_at(end);
        let (address, secret) = url.split_at(url.find(['?', '#']).unwrap_or(url.len()));
        let authority = address.split('/').next().unwrap_or_default();
        let credentials = authority.rfind('@').map_or(0, |at| at + 1);
        kept.push_str(address.get(credentials..).unwrap_or_default());
        // The text around the URL may end with punctuation: `(http://host/path?key=1): reset`.
        let punctuation = secret.trim_end_matches([')', ':', ',', '.', ';', '\'', '`']).len();
        kept.push_str(secret.get(punctuation..).unwrap_or_default());
        rest = after;
    }
    kept + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_in_a_message_lose_query_and_credentials() {
        for (text, expected) in [
            ("no URL? none", "no URL? none"),
            (
                "error sending request for url (https://host:1/v1/chat?key=secret)",
                "error sending request for url (https://host:1/v1/chat)",
            ),
            ("url (http://host/?key=a)secret): reset", "url (http://host/): reset"),
            ("http://user:secret@host/path failed", "http://host/path failed"),
            ("http://a/?x=1 -> \"http://b/#secret\".", "http://a/ -> \"http://b/\"."),
            ("http://host/a@b://?", "http://host/a@b://"),
        ] {
            assert_eq!(without_queries(text), expected);
        }
    }

    #[test]
    fn sources_of_a_boxed_error_are_shown() {
        #[derive(Debug, thiserror::Error)]
        #[error("no connection")]
        struct Outer(#[source] std::fmt::Error);
        let error: Box<dyn Error + Send + Sync> = Box::new(Outer(std::fmt::Error));
        let failure = Failure { error: &error, source: source(&error) };
        let reason = "an error occurred when formatting an argument";
        assert_eq!(failure.to_string(), format!("no connection: {reason}"));
    }
}

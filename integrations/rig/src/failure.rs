//! The errors of a client.

use rig_http::http_client::{Error, HeaderMap};
use std::error::Error as _;
use trace_runtime::http::Exchange;

/// The type of the errors, as rig's users know it.
const TYPE: &str = "rig_core::http_client::Error";
/// The number of sources that are shown.
const MAX_SOURCES: usize = 8;

/// Ends an exchange with an error, which may be a response with an error status.
pub(crate) fn end_with_error(mut exchange: Exchange, error: &Error) {
    match error {
        Error::InvalidStatusCodeWithDetails { status, body, headers } => {
            observe_head(&mut exchange, status.as_u16(), headers);
            exchange.chunk(body.as_bytes());
            exchange.end();
        }
        error => exchange.fail_as(TYPE, &message(error)),
    }
}

/// Observes the status and the headers of a response.
pub(crate) fn observe_head(exchange: &mut Exchange, status: u16, headers: &HeaderMap) {
    exchange.status(status);
    for (name, value) in headers {
        if let Ok(value) = value.to_str() {
            exchange.header(name.as_str(), value);
        }
    }
}

/// Returns the message of an error with its sources, which alone tell the reason.
fn message(error: &Error) -> String {
    let mut message = error.to_string();
    let sources = std::iter::successors(error.source(), |error| (*error).source());
    for source in sources.take(MAX_SOURCES) {
        let source = source.to_string();
        // Errors of rig show their first source themselves.
        if !message.ends_with(&source) {
            message.push_str(": ");
            message.push_str(&source);
        }
    }
    without_queries(&message)
}

/// Removes the queries of URLs, in which some APIs expect the key.
fn without_queries(message: &str) -> String {
    let mut parts = message.split("://");
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(is_after_url).unwrap_or(part.len());
        let (url, rest) = part.split_at(end);
        let path = url.split('?').next().unwrap_or_default();
        result.extend(["://", path, rest]);
    }
    result
}

/// Returns true for characters that do not occur in URLs, and those that messages put around them.
fn is_after_url(character: char) -> bool {
    character.is_whitespace() || matches!(character, ')' | '"' | '\'' | '>' | '`')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_queries_of_a_message_keeps_the_rest() {
        for (message, expected) in [
            (
                "sending to url (http://h:1/p?key=secret): refused",
                "sending to url (http://h:1/p): refused",
            ),
            ("\"https://h/p?key=secret\" and http://h?k=secret", "\"https://h/p\" and http://h"),
            ("really? yes", "really? yes"),
            ("://?", "://"),
            ("", ""),
        ] {
            assert_eq!(without_queries(message), expected);
        }
    }

    #[test]
    fn message_of_an_error_ends_with_its_deepest_source() {
        let inner = std::io::Error::other("refused");
        assert_eq!(message(&Error::instance(inner)), "Http client error: refused");
    }
}

//! URLs in the form that messages show: without the parts that may be a secret.
//!
//! Some backends carry their key in the path of the endpoint, as webhooks do
//! (`https://host/hooks/TOKEN`), and others in its query. Banner and errors are logged, so they
//! show neither.

/// The text in place of a part that is not shown.
const HIDDEN: &str = "…";

/// The segments that announce a token.
const BEFORE_TOKENS: [&str; 12] = [
    "hook", "hooks", "webhook", "webhooks", "token", "tokens", "key", "keys", "apikey", "secret",
    "secrets", "services",
];

/// A segment of this length is a token if it has letters and digits.
const MIN_MIXED: usize = 16;
/// A segment of this length is a token if it has no separator.
const MIN_UNBROKEN: usize = 32;

/// Returns the URL without its query and fragment, and with `…` for segments of the path that look
/// like a token. The text need not be a valid URL.
pub(super) fn shown_url(url: &str) -> String {
    let before_query = url.split(['?', '#']).next().unwrap_or(url);
    let (scheme, rest) = match before_query.split_once("://") {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (None, before_query),
    };
    let mut segments: Vec<&str> = rest.split('/').collect();
    for position in hidden_positions(&segments, scheme.is_some()) {
        segments[position] = HIDDEN;
    }
    let rest = segments.join("/");
    scheme.map_or(rest.clone(), |scheme| format!("{scheme}://{rest}"))
}

/// Returns the parts of a URL that messages must not contain: segments that look like a token, the
/// query, and its values.
pub(super) fn hidden_parts(url: &str) -> Vec<&str> {
    let (before_query, query) = url.split_once('?').unwrap_or((url, ""));
    let segments: Vec<&str> =
        before_query.split_once("://").map_or(before_query, |(_, rest)| rest).split('/').collect();
    let tokens = hidden_positions(&segments, true).into_iter().map(|position| segments[position]);
    let values = query.split('&').map(|pair| pair.split_once('=').map_or(pair, |(_, value)| value));
    tokens.chain([query]).chain(values).filter(|part| !part.is_empty()).collect()
}

/// Returns the positions of the segments that look like a token, and of those between a segment
/// that announces a token and the path of the trace service. With a scheme, the first segment is
/// the host.
fn hidden_positions(segments: &[&str], has_scheme: bool) -> Vec<usize> {
    let mut is_announced = false;
    let mut hidden = Vec::new();
    for (position, segment) in segments.iter().enumerate().skip(usize::from(has_scheme)) {
        is_announced &= *segment != "v1";
        if !segment.is_empty() && (is_announced || looks_like_token(segment)) {
            hidden.push(position);
        }
        is_announced |= announces_token(segment);
    }
    hidden
}

fn announces_token(segment: &str) -> bool {
    let name: String = segment.chars().filter(char::is_ascii_alphanumeric).collect();
    BEFORE_TOKENS.iter().any(|before| name.eq_ignore_ascii_case(before))
}

/// Returns true for a segment that people do not write by hand: long, and with letters and digits
/// in it, or very long and without a separator.
fn looks_like_token(segment: &str) -> bool {
    let has_letter = segment.contains(|c: char| c.is_ascii_alphabetic());
    let has_digit = segment.contains(|c: char| c.is_ascii_digit());
    // A host without a scheme, for example `localhost:6006` or `collector1.example.com`.
    let is_host = segment.contains(['.', ':']) && !segment.contains(['_', '%', '=']);
    let is_unbroken = segment.chars().all(|c| c.is_ascii_alphanumeric());
    let is_mixed = segment.len() >= MIN_MIXED && has_letter && has_digit;
    !is_host && (is_mixed || (segment.len() >= MIN_UNBROKEN && is_unbroken))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_segments_of_a_token_are_hidden() {
        let table = [
            ("http://h:6006/v1/traces", "http://h:6006/v1/traces"),
            ("https://h/hooks/s3cr3t/v1/traces", "https://h/hooks/…/v1/traces"),
            ("https://h/services/T0/B0/v1/traces?key=x", "https://h/services/…/…/v1/traces"),
            ("https://h/abcdef0123456789abcdef/v1/traces", "https://h/…/v1/traces"),
            ("https://h/api/public/otel/v1/traces#x", "https://h/api/public/otel/v1/traces"),
            (
                "https://app.phoenix.arize.com/s/me/v1/traces",
                "https://app.phoenix.arize.com/s/me/v1/traces",
            ),
            ("localhost:6006", "localhost:6006"),
            ("sk-proj-0123456789abcdef", "…"),
            ("", ""),
        ];
        for (url, shown) in table {
            assert_eq!(shown_url(url), shown);
        }
    }

    #[test]
    fn hidden_parts_are_the_tokens_and_the_query() {
        let url = "https://h/hooks/s3cr3t/v1/traces?key=k3y&flag";
        assert_eq!(hidden_parts(url), ["s3cr3t", "key=k3y&flag", "k3y", "flag"]);
        assert_eq!(hidden_parts("http://h:6006/v1/traces"), [""; 0]);
    }
}

//! The page in live mode: the one that the runtime writes, with the address of the events.

use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::IntoResponse;
use std::sync::LazyLock;
use trace_runtime::page::HTML;

const LIVE: &str = "<head>\n<meta name=\"trace-live\" content=\"/events\">";

/// The first directive of the policy of the page. In a file, the page makes no requests.
const NO_REQUESTS: &str = "default-src 'none';";
const EVENTS_ONLY: &str = "default-src 'none'; connect-src 'self';";

/// The page, and the policy of its header.
struct Live {
    html: String,
    policy: String,
}

static LIVE_PAGE: LazyLock<Live> = LazyLock::new(|| {
    let html = HTML.replacen("<head>", LIVE, 1).replacen(NO_REQUESTS, EVENTS_ONLY, 1);
    // A header also forbids frames, which an element of the page cannot.
    let policy = html.split_once(EVENTS_ONLY).and_then(|(_, rest)| rest.split_once('"'));
    let policy = policy.map(|(rest, _)| rest).unwrap_or_default();
    let policy = format!("{EVENTS_ONLY} frame-ancestors 'none';{policy}");
    Live { html, policy }
});

pub(crate) async fn page() -> impl IntoResponse {
    let Live { html, policy } = &*LIVE_PAGE;
    let headers =
        [(CONTENT_TYPE, "text/html; charset=utf-8"), (CONTENT_SECURITY_POLICY, policy.as_str())];
    (headers, html.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn live_page_may_connect_to_its_own_server_only() {
        let Live { html, policy } = &*LIVE_PAGE;
        assert_eq!(html.matches("<meta name=\"trace-live\" content=\"/events\">").count(), 1);
        assert_eq!(html.len(), HTML.len() + LIVE.len() - 6 + EVENTS_ONLY.len() - NO_REQUESTS.len());
        let start =
            "default-src 'none'; connect-src 'self'; frame-ancestors 'none'; script-src 'sha256-";
        assert!(policy.starts_with(start), "{policy}");
        assert!(policy.ends_with("trusted-types 'none'"), "{policy}");
        assert!(html.find("charset").unwrap() < 1024 && html.find(EVENTS_ONLY).unwrap() < 1024);
    }
}

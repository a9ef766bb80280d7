//! Looks at a request before it is sent.

use super::version::Outgoing;
use crate::http::{self, Exchange};
use crate::in_current_span::try_attach;
use crate::propagation::inject_into_headers;
use opentelemetry::Context;

/// Begins the exchange of a request, and adds the headers of the span if its host is named.
pub(super) fn begin<Q: Outgoing>(request: &mut Q, parent: &Context) -> Option<Exchange> {
    let exchange = look(request, parent);
    if http::is_named(request.url()) {
        let context = exchange.as_ref().map_or_else(|| parent.clone(), Exchange::context);
        let _current = try_attach(&context);
        inject_into_headers(request.headers_mut());
    }
    exchange
}

/// Begins the exchange of a request. Returns `None` if it has no span.
pub(super) fn look<Q: Outgoing>(request: &Q, parent: &Context) -> Option<Exchange> {
    let body = request.bytes()?;
    let _parent = try_attach(parent)?;
    Exchange::begin(request.method(), request.url(), body)
}

/// Asks a streaming request of OpenAI's chats for its token counts, unless it decides that itself.
pub(super) fn include_usage<Q: Outgoing>(request: &mut Q) {
    if let Some(body) = request.bytes().and_then(|body| http::with_usage(request.url(), body)) {
        // A length that the program has set is that of the old body; the client sets the new one.
        request.headers_mut().remove(::http::header::CONTENT_LENGTH);
        request.set_bytes(body);
    }
}

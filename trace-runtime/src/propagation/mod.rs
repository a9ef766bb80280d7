//! Passes the current span to other processes, and receives the span of a caller.
//!
//! The spans of a web server, an agent, its workers and its tools belong to one trace. Each request
//! or message between them carries the caller's span in the fields `traceparent` and `tracestate`
//! ([W3C Trace Context]), and values such as the session in `baggage` ([W3C Baggage]).
//!
//! [`install`](crate::Builder::install) sets the global propagator of OpenTelemetry, so server and
//! client layers of other crates read and write the same fields. The layers of
//! `opentelemetry-instrumentation-tower` need nothing else. Those of `axum-tracing-opentelemetry`
//! and `tower-otel` open spans of `tracing`: export these with
//! [`tracing_layer_with`](crate::Registration#method.tracing_layer_with) and the targets
//! `otel::tracing` (level `TRACE`) or `tower_otel`. A stream that becomes a response body is polled
//! after its handler has returned, so bind it with
//! [`in_current_span`](crate::InCurrentSpan::in_current_span).
//!
//! Where there is no layer, these functions carry the span by hand:
//!
//! | carrier | send | receive |
//! |---|---|---|
//! | HTTP and gRPC headers | [`inject_into_headers`] | [`extract_from_headers`] |
//! | a child process | [`inject_into_command`] | [`parent_from_environment`](crate::Builder::parent_from_environment) |
//! | anything else, such as a message in a queue | [`inject`] | [`extract`] |
//!
//! # Send
//!
//! With `reqwest`, whose headers are those of the crate `http`:
//!
//! ```ignore
//! let mut headers = reqwest::header::HeaderMap::new();
//! trace_runtime::propagation::inject_into_headers(&mut headers);
//! client.post(url).headers(headers).json(&question).send().await?;
//! ```
//!
//! With `tonic`, whose metadata lends its headers:
//!
//! ```ignore
//! let mut request = tonic::Request::new(question);
//! trace_runtime::propagation::inject_into_headers(request.metadata_mut().as_mut());
//! client.ask(request).await?;
//! ```
//!
//! The adapters for HTTP clients do so themselves, for the hosts that
//! [`propagate_to_hosts`](crate::Builder::propagate_to_hosts) names.
//!
//! # Receive
//!
//! [`extract`] and [`extract_from_headers`] return a context for the option `parent`. With `axum`:
//!
//! ```ignore
//! use trace_runtime::propagation::extract_from_headers;
//!
//! async fn handler(headers: http::HeaderMap, body: String) -> String {
//!     answer(&headers, body).await
//! }
//!
//! #[trace_runtime::agent(parent = extract_from_headers(headers), skip(headers))]
//! async fn answer(headers: &http::HeaderMap, question: String) -> String { .. }
//! ```
//!
//! With `tonic`, the headers are `request.metadata().as_ref()`.
//!
//! # Trust
//!
//! A caller decides whether its trace is sampled, and its span becomes the parent. A service that
//! strangers call begins its own traces with
//! [`ignore_remote_parent(true)`](crate::Builder::ignore_remote_parent). Baggage becomes session
//! and user only inside [`using_baggage`](crate::scope::using_baggage), or with
//! [`session_from_baggage(true)`](crate::Builder::session_from_baggage), and is sent only after
//! [`propagated`](crate::scope::Scope::propagated).
//!
//! [W3C Trace Context]: https://www.w3.org/TR/trace-context/
//! [W3C Baggage]: https://www.w3.org/TR/baggage/

mod command;
mod headers;
mod trace_context;

pub use command::inject_into_command;
pub use headers::{extract_from_headers, inject_into_headers};
pub(crate) use trace_context::TraceContext;

use crate::panic::catch;
use opentelemetry::propagation::Injector;
use opentelemetry::{Context, global};
use std::collections::HashMap;

/// The longest value of a field that is read, in bytes. It is the limit of W3C Baggage; a
/// `tracestate` of the longest allowed entries is about as long.
const MAX_FIELD_BYTES: usize = 8192;

/// Passes the name and the value of each field that describes the current span to `set`.
///
/// Does not call `set` if there is no current span and no baggage, or if no propagator is set.
///
/// ```
/// use std::collections::HashMap;
///
/// let mut message = HashMap::new();
/// trace_runtime::propagation::inject(|name, value| {
///     message.insert(name.to_owned(), value.to_owned());
/// });
/// # assert!(message.is_empty());
/// ```
pub fn inject(mut set: impl FnMut(&str, &str)) {
    for (name, value) in fields() {
        if !value.is_empty() {
            set(&name, &value);
        }
    }
}

/// Returns the current context with the span and the baggage that another process has injected.
/// `get` returns the value of a field by its name, in lower case.
///
/// Pass the result to the option `parent`, or attach it. Fields that are missing or invalid leave
/// the current context as it is, since they come from outside and must not break a request.
///
/// ```
/// use std::collections::HashMap;
/// use trace_runtime::{chain, propagation::extract};
///
/// #[chain(parent = extract(|name| message.get(name)))]
/// fn work(message: &HashMap<String, String>) {}
/// # work(&HashMap::new());
/// ```
pub fn extract<V: AsRef<str>>(get: impl Fn(&str) -> Option<V>) -> Context {
    // `get` is code of the caller and may use the propagator itself, so it runs outside of the lock
    // that OpenTelemetry holds during an extraction.
    let names: Vec<String> = global::get_text_map_propagator(|propagator| {
        propagator.fields().map(str::to_owned).collect()
    });
    let mut carrier = HashMap::new();
    for name in names {
        let Some(value) = get(&name) else { continue };
        if value.as_ref().len() <= MAX_FIELD_BYTES {
            carrier.insert(name.to_lowercase(), value.as_ref().to_owned());
        }
    }
    let extract = || global::get_text_map_propagator(|propagator| propagator.extract(&carrier));
    catch(extract).unwrap_or_default()
}

/// Returns the fields for the current context. An empty value means that a field of an earlier
/// context must be removed. A thread that is ending has no context.
fn fields() -> Vec<(String, String)> {
    #[derive(Default)]
    struct Fields(Vec<(String, String)>);

    impl Injector for Fields {
        fn set(&mut self, name: &str, value: String) {
            self.0.push((name.to_owned(), value));
        }
    }

    let inject = || {
        let mut fields = Fields::default();
        let context = Context::current();
        global::get_text_map_propagator(|propagator| {
            propagator.inject_context(&context, &mut fields);
        });
        fields.0
    };
    catch(inject).unwrap_or_default()
}

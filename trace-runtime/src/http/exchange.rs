//! One request to a model and its response.

use super::ending::{is_complete, is_last_chunk};
use super::event_frames::{self, EventFrames};
use super::failure::{message_in_body, message_in_stream};
use super::received::Received;
use super::request::ModelRequest;
use crate::instrument::{ErrorInfo, ExchangeEnd, ExchangeSpan};
use crate::openinference::{OpenInferenceSpanKind, keys};
use crate::register;
use opentelemetry::{Array, Context, KeyValue, StringValue, Value};
use std::any::type_name;
use std::fmt::Display;

/// One model call over HTTP, which becomes a span.
///
/// Dropping it marks the span as cancelled, unless the response is complete by its own protocol, or
/// has an error status. See the [module](crate::http) for an example.
///
/// ```
/// use trace_runtime::http::Exchange;
///
/// let url = "https://api.openai.com/v1/chat/completions";
/// let request = br#"{"model":"gpt-4o","messages":[{"role":"user","content":"Say hello"}]}"#;
/// // `None` if nothing is registered, or if the request is not a model call.
/// if let Some(mut exchange) = Exchange::begin("POST", url, request) {
///     exchange.status(200);
///     exchange.header("content-type", "application/json");
///     exchange.chunk(br#"{"object":"chat.completion","choices":[]}"#);
///     exchange.end();
/// }
/// ```
#[derive(Debug)]
#[must_use = "the span ends as cancelled if the exchange is dropped"]
pub struct Exchange(Option<Box<Running>>);

#[derive(Debug)]
struct Running {
    span: ExchangeSpan,
    status: Option<u16>,
    is_stream: bool,
    /// The frames of a stream that consists of them.
    frames: Option<EventFrames>,
    received: Received,
    attributes: Vec<KeyValue>,
}

impl Exchange {
    /// Begins the span of a request. Returns `None` if nothing is registered, if the request is not a
    /// model call, if it is not sampled, or if it is an attempt of a running exchange, see
    /// [`context`](Self::context). Send the request then as you would without this crate.
    ///
    /// The current span is the parent.
    ///
    #[cfg_attr(feature = "testing", doc = "```")]
    #[cfg_attr(not(feature = "testing"), doc = "```ignore")]
    /// use trace_runtime::{http::Exchange, testing};
    ///
    /// let url = "https://api.openai.com/v1/chat/completions";
    /// let request = br#"{"model":"gpt-4o","messages":[{"role":"user","content":"Hi"}]}"#;
    /// let (_, trace) = testing::record(|| {
    ///     assert!(Exchange::begin("GET", "https://example.com/", b"").is_none());
    ///     Exchange::begin("POST", url, request).expect("a model call").end();
    /// });
    /// assert_eq!(trace.spans()[0].attribute("llm.model_name"), Some("gpt-4o"));
    /// ```
    #[must_use]
    pub fn begin(method: &str, url: &str, body: &[u8]) -> Option<Self> {
        if !register::is_enabled() {
            return None;
        }
        Exchange::begin_recognized(&ModelRequest::recognize(method, url, body)?, body)
    }

    fn begin_recognized(request: &ModelRequest, body: &[u8]) -> Option<Self> {
        let span = ExchangeSpan::begin(request.endpoint.site, request.span_name(), |limit| {
            let mut sent = Received::with_limit(limit);
            sent.push(body);
            let mut attributes = vec![
                KeyValue::new(keys::INPUT_VALUE, sent.into_text()),
                KeyValue::new(keys::INPUT_MIME_TYPE, keys::MIME_JSON),
            ];
            describe(request, &mut attributes);
            attributes
        })?;
        let received = Received::with_limit(span.value_limit());
        Some(Exchange(Some(Box::new(Running {
            span,
            status: None,
            is_stream: false,
            frames: None,
            received,
            attributes: Vec::new(),
        }))))
    }

    /// Returns the context in which the request should be sent.
    ///
    /// An exchange that begins in it, because the client is traced twice or tries the request again,
    /// is an attempt of this one: it becomes no span, and from the second on an event `retry`.
    ///
    #[cfg_attr(feature = "testing", doc = "```")]
    #[cfg_attr(not(feature = "testing"), doc = "```ignore")]
    /// # use trace_runtime::{http::Exchange, testing};
    /// # const URL: &str = "https://api.openai.com/v1/chat/completions";
    /// # const REQUEST: &[u8] = br#"{"model":"gpt-4","messages":[{"role":"user","content":"Hi"}]}"#;
    /// let (_, trace) = testing::record(|| {
    ///     let exchange = Exchange::begin("POST", URL, REQUEST).expect("a model call");
    ///     let _attempts = exchange.context().attach();
    ///     // A layer below, which is traced too, sends the request.
    ///     assert!(Exchange::begin("POST", URL, REQUEST).is_none());
    ///     exchange.end();
    /// });
    /// assert_eq!(trace.spans().len(), 1);
    /// ```
    #[must_use]
    pub fn context(&self) -> Context {
        self.0.as_ref().map_or_else(Context::current, |running| running.span.context())
    }

    /// Sets the status code of the response. 400 and above make the span an error.
    ///
    #[cfg_attr(feature = "testing", doc = "```")]
    #[cfg_attr(not(feature = "testing"), doc = "```ignore")]
    /// # use trace_runtime::{http::Exchange, testing};
    /// # const URL: &str = "https://api.openai.com/v1/chat/completions";
    /// # const REQUEST: &[u8] = br#"{"model":"gpt-4","messages":[{"role":"user","content":"Hi"}]}"#;
    /// let (_, trace) = testing::record(|| {
    ///     let mut exchange = Exchange::begin("POST", URL, REQUEST).expect("a model call");
    ///     exchange.status(429);
    ///     exchange.end();
    /// });
    /// assert_eq!(trace.spans()[0].error(), Some("HTTP 429: no message"));
    /// ```
    pub fn status(&mut self, status: u16) {
        if let Some(running) = &mut self.0 {
            running.status = Some(status);
        }
    }

    /// Looks at a header of the response. Only the content type, the id of the request, the token
    /// counts of Bedrock and the cost that a `LiteLLM` proxy states are used; no other header becomes
    /// an attribute.
    ///
    #[cfg_attr(feature = "testing", doc = "```")]
    #[cfg_attr(not(feature = "testing"), doc = "```ignore")]
    /// # use trace_runtime::{http::Exchange, testing};
    /// # const URL: &str = "https://api.openai.com/v1/chat/completions";
    /// # const REQUEST: &[u8] = br#"{"model":"gpt-4","messages":[{"role":"user","content":"Hi"}]}"#;
    /// let (_, trace) = testing::record(|| {
    ///     let mut exchange = Exchange::begin("POST", URL, REQUEST).expect("a model call");
    ///     exchange.header("x-request-id", "req_7");
    ///     exchange.end();
    /// });
    /// assert_eq!(
    ///     trace.spans()[0].attribute("http.response.header.x-request-id"),
    ///     Some(r#"["req_7"]"#)
    /// );
    /// ```
    pub fn header(&mut self, name: &str, value: &str) {
        let Some(running) = &mut self.0 else { return };
        if name.eq_ignore_ascii_case("content-type") {
            running.is_stream = is_stream(value);
            running.frames = value.contains(event_frames::CONTENT_TYPE).then(EventFrames::default);
        }
        if name.eq_ignore_ascii_case(keys::HTTP_RESPONSE_COST) {
            running.attributes.extend(stated_cost(value));
        }
        let of_name = |(header, _): &&(&str, &str)| name.eq_ignore_ascii_case(header);
        if let Some((_, key)) = keys::HTTP_RESPONSE_HEADERS.iter().find(of_name) {
            let value = Array::String(vec![StringValue::from(value.to_owned())]);
            running.attributes.push(KeyValue::new(*key, Value::Array(value)));
        }
    }

    /// Observes a part of the response's body, after decompression.
    ///
    /// The last event of a stream ends the span, because clients stop reading there.
    ///
    #[cfg_attr(feature = "testing", doc = "```")]
    #[cfg_attr(not(feature = "testing"), doc = "```ignore")]
    /// # use trace_runtime::{http::Exchange, testing};
    /// # const URL: &str = "https://api.openai.com/v1/chat/completions";
    /// # const REQUEST: &[u8] = br#"{"model":"gpt-4","messages":[{"role":"user","content":"Hi"}]}"#;
    /// let (_, trace) = testing::record(|| {
    ///     let mut exchange = Exchange::begin("POST", URL, REQUEST).expect("a model call");
    ///     exchange.chunk(br#"{"object":"chat.completion","#);
    ///     exchange.chunk(br#""choices":[{"message":{"role":"assistant","content":"Hello"}}]}"#);
    ///     exchange.end();
    /// });
    /// let content = trace.spans()[0].attribute("llm.output_messages.0.message.content");
    /// assert_eq!(content, Some("Hello"));
    /// ```
    pub fn chunk(&mut self, chunk: &[u8]) {
        let Some(running) = &mut self.0 else { return };
        let is_first = running.is_stream && running.received.is_empty();
        let is_last = running.receive(chunk);
        if is_first && !running.received.is_empty() {
            running.span.add_event(keys::EVENT_FIRST_ITEM);
        }
        if is_last {
            self.finish(End::OfBody);
        }
    }

    /// Ends the span: the whole response was received.
    ///
    #[cfg_attr(feature = "testing", doc = "```")]
    #[cfg_attr(not(feature = "testing"), doc = "```ignore")]
    /// # use trace_runtime::{http::Exchange, testing};
    /// # const URL: &str = "https://api.openai.com/v1/chat/completions";
    /// # const REQUEST: &[u8] = br#"{"model":"gpt-4","messages":[{"role":"user","content":"Hi"}]}"#;
    /// let (_, trace) = testing::record(|| {
    ///     Exchange::begin("POST", URL, REQUEST).expect("a model call").end();
    /// });
    /// assert_eq!(trace.spans()[0].error(), None);
    /// ```
    pub fn end(mut self) {
        self.finish(End::OfBody);
    }

    /// Ends the span with an error of the connection, and with the part of the response that had
    /// arrived. The message must not contain credentials, such as a URL with a key.
    ///
    #[cfg_attr(feature = "testing", doc = "```")]
    #[cfg_attr(not(feature = "testing"), doc = "```ignore")]
    /// # use trace_runtime::{http::Exchange, testing};
    /// # const URL: &str = "https://api.openai.com/v1/chat/completions";
    /// # const REQUEST: &[u8] = br#"{"model":"gpt-4","messages":[{"role":"user","content":"Hi"}]}"#;
    /// let (_, trace) = testing::record(|| {
    ///     let exchange = Exchange::begin("POST", URL, REQUEST).expect("a model call");
    ///     exchange.fail("connection reset");
    /// });
    /// assert!(trace.spans()[0].error().is_some_and(|error| error.ends_with("connection reset")));
    /// ```
    pub fn fail<E: Display + ?Sized>(mut self, error: &E) {
        self.finish(End::Error(ErrorInfo::from_display(type_name::<E>(), &error)));
    }

    /// Ends the span as [`fail`](Self::fail) does, with the type of the error by its name.
    ///
    #[cfg_attr(feature = "testing", doc = "```")]
    #[cfg_attr(not(feature = "testing"), doc = "```ignore")]
    /// # use trace_runtime::{http::Exchange, testing};
    /// # const URL: &str = "https://api.openai.com/v1/chat/completions";
    /// # const REQUEST: &[u8] = br#"{"model":"gpt-4","messages":[{"role":"user","content":"Hi"}]}"#;
    /// let (_, trace) = testing::record(|| {
    ///     let exchange = Exchange::begin("POST", URL, REQUEST).expect("a model call");
    ///     exchange.fail_as("Timeout", &"no answer in 30 s");
    /// });
    /// assert_eq!(trace.spans()[0].error(), Some("Timeout: no answer in 30 s"));
    /// ```
    pub fn fail_as(mut self, error_type: &str, error: &dyn Display) {
        self.finish(End::Error(ErrorInfo::from_display(error_type, error)));
    }

    fn finish(&mut self, end: End) {
        if let Some(running) = self.0.take() {
            running.finish(end);
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.finish(End::Dropped);
    }
}

/// The way in which an exchange ended, as its client saw it.
enum End {
    OfBody,
    Dropped,
    Error(ErrorInfo),
}

impl Running {
    /// Keeps a chunk, and returns true if it is the last one of its protocol.
    fn receive(&mut self, chunk: &[u8]) -> bool {
        let Running { frames, received, .. } = self;
        let Some(frames) = frames else {
            received.push(chunk);
            return is_last_chunk(chunk);
        };
        let mut is_last = false;
        frames.push(chunk, |line| {
            received.push(line);
            is_last = is_last_chunk(line);
        });
        is_last
    }

    fn finish(self, end: End) {
        let outcome = self.outcome(end);
        let Running { span, status, received, mut attributes, .. } = self;
        let status = status.map(|status| KeyValue::new(keys::HTTP_STATUS_CODE, i64::from(status)));
        attributes.extend(status);
        if !received.is_empty() {
            let text = received.into_text();
            let is_json = text.trim_start().starts_with(['{', '[']);
            let mime_type = if is_json { keys::MIME_JSON } else { keys::MIME_TEXT };
            attributes.push(KeyValue::new(keys::OUTPUT_VALUE, text));
            attributes.push(KeyValue::new(keys::OUTPUT_MIME_TYPE, mime_type));
        }
        span.end(attributes, &outcome);
    }

    fn outcome(&self, end: End) -> ExchangeEnd {
        let body = self.received.end();
        if let Some(status) = self.status.filter(|status| *status >= 400) {
            let error_type = format!("HTTP {status}");
            return ExchangeEnd::Failed(match (message_in_body(body), end) {
                (Some(message), _) => ErrorInfo::from_display(&error_type, &message),
                // The client may have read the body itself, or the connection broke inside it.
                (None, End::Error(error)) => error.with_type(error_type),
                (None, _) => ErrorInfo::from_display(&error_type, &"no message"),
            });
        }
        let error = if self.is_stream { message_in_stream(body) } else { None };
        match (end, error) {
            (End::Error(error), _) => ExchangeEnd::Failed(error),
            (_, Some(message)) => {
                ExchangeEnd::Failed(ErrorInfo::from_display("error event", &message))
            }
            (End::Dropped, None) if !is_complete(body) => ExchangeEnd::Cancelled,
            (End::OfBody | End::Dropped, None) => ExchangeEnd::Completed,
        }
    }
}

/// Returns true for the content types of streams: server-sent events, JSON lines, and the frames of
/// AWS.
fn is_stream(content_type: &str) -> bool {
    ["event-stream", "ndjson", "jsonl", "eventstream"]
        .iter()
        .any(|part| content_type.contains(part))
}

/// Returns the cost that a header states. At the start of a stream a proxy states 0, since it does not
/// know the cost.
fn stated_cost(value: &str) -> Option<KeyValue> {
    let cost: f64 = value.trim().parse().ok()?;
    (cost.is_finite() && cost > 0.0).then(|| KeyValue::new(keys::LLM_COST_TOTAL, cost))
}

/// Pushes what the URL tells: the server, the provider, and the model that the body does not name.
fn describe(request: &ModelRequest, attributes: &mut Vec<KeyValue>) {
    let kind = request.endpoint.kind();
    let mut set = |key: &'static str, value: Value| attributes.push(KeyValue::new(key, value));
    if let Some(host) = &request.host {
        set(keys::SERVER_ADDRESS, host.clone().into());
    }
    if let Some(port) = request.port {
        set(keys::SERVER_PORT, i64::from(port).into());
    }
    if let Some(provider) = request.provider {
        let key = match kind {
            OpenInferenceSpanKind::Llm => keys::LLM_PROVIDER,
            _ => keys::GEN_AI_PROVIDER_NAME,
        };
        set(key, provider.into());
    }
    if let Some(model) = &request.model_in_path {
        let key = match kind {
            OpenInferenceSpanKind::Embedding => keys::EMBEDDING_MODEL_NAME,
            OpenInferenceSpanKind::Reranker => keys::RERANKER_MODEL_NAME,
            // The response may name a more precise model, which `llm.model_name` then is.
            _ => keys::LLM_REQUEST_MODEL_NAME,
        };
        set(key, model.clone().into());
    }
}

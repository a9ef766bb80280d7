//! Receives spans over OTLP/HTTP, in protobuf or JSON, with or without gzip.

use crate::server::Shared;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use flate2::read::MultiGzDecoder;
use prost::Message;
use std::io::{self, Read};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;
use trace_runtime::delivery::json_lines;
use trace_runtime::page;

/// The longest request, before and after decompression.
pub(crate) const MAX_BODY_BYTES: usize = 64 << 20;

/// The time in which a body has to arrive, so that a stalled sender does not keep a connection.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// The encoding of a request, and of its answer.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Format {
    Protobuf,
    Json,
}

/// A request that is not accepted.
struct Refusal {
    status: StatusCode,
    message: String,
}

/// `google.rpc.Status`, the body that OTLP prescribes for errors.
#[derive(Clone, PartialEq, prost::Message)]
struct Status {
    #[prost(string, tag = "2")]
    message: String,
}

/// Accepts the spans of one request, and answers when they are shown and stored.
pub(crate) async fn receive(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let headers = request.headers().clone();
    let format = match format(&headers) {
        Ok(format) => format,
        Err(refusal) => return refusal.answer(Format::Json),
    };
    let body = match read(request).await {
        Ok(body) => body,
        Err(refusal) => return refusal.answer(format),
    };
    // Parsing and writing block, and would delay the events of all pages.
    let accepted = tokio::task::spawn_blocking(move || accept(&shared, &headers, format, &body));
    match accepted.await {
        Ok(Ok(())) => answer(StatusCode::OK, format, Vec::new(), "{}".to_owned()),
        Ok(Err(refusal)) => refusal.answer(format),
        Err(error) => refusal(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).answer(format),
    }
}

/// Reads the body, unless its announced length is above the limit, or it does not arrive in time.
async fn read(request: Request) -> Result<Bytes, Refusal> {
    let length =
        request.headers().get(CONTENT_LENGTH).and_then(|it| it.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: u64| length > MAX_BODY_BYTES as u64) {
        return Err(refusal(StatusCode::PAYLOAD_TOO_LARGE, "the body is longer than 64 MiB"));
    }
    match timeout(BODY_TIMEOUT, Bytes::from_request(request, &())).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(error)) => Err(refusal(error.status(), error.body_text())),
        Err(_) => Err(refusal(StatusCode::REQUEST_TIMEOUT, "the body did not arrive in time")),
    }
}

/// Stores the spans, and shows them.
fn accept(
    shared: &Shared,
    headers: &HeaderMap,
    format: Format,
    body: &[u8],
) -> Result<(), Refusal> {
    let invalid = |error: io::Error| refusal(StatusCode::BAD_REQUEST, error.to_string());
    let decompressed;
    let body = if is_gzip(headers)? {
        decompressed = decompress(body)?;
        &decompressed
    } else {
        body
    };
    // JSON passes through protobuf, which checks it and leaves one line in one format.
    let protobuf = match format {
        Format::Protobuf => None,
        Format::Json => Some(json_lines::to_protobuf(body).map_err(invalid)?),
    };
    let line = json_lines::from_protobuf(protobuf.as_deref().unwrap_or(body)).map_err(invalid)?;
    if line == b"{}\n" {
        // Programs test a connection with an empty request.
        return Ok(());
    }
    let block = page::block(&line).map_err(invalid)?;
    shared.add(&line, block).map_err(|error| {
        // The sender keeps the spans, and tries again.
        refusal(StatusCode::SERVICE_UNAVAILABLE, format!("spans cannot be stored: {error}"))
    })
}

fn format(headers: &HeaderMap) -> Result<Format, Refusal> {
    let found = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match found.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "application/x-protobuf" => Ok(Format::Protobuf),
        "application/json" => Ok(Format::Json),
        _ => {
            let message = "the content type must be application/x-protobuf or application/json";
            Err(refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, message))
        }
    }
}

fn is_gzip(headers: &HeaderMap) -> Result<bool, Refusal> {
    match headers.get(CONTENT_ENCODING).map(|value| value.as_bytes().to_ascii_lowercase()) {
        None => Ok(false),
        Some(encoding) if encoding == b"identity" => Ok(false),
        Some(encoding) if encoding == b"gzip" => Ok(true),
        Some(_) => {
            let message = "the content encoding must be gzip or identity";
            Err(refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, message))
        }
    }
}

/// Decompresses a body up to the limit, which a small body can exceed by far.
fn decompress(body: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    let limit = MAX_BODY_BYTES as u64 + 1;
    let read = MultiGzDecoder::new(body).take(limit).read_to_end(&mut bytes);
    match read {
        Ok(length) if length <= MAX_BODY_BYTES => Ok(bytes),
        Ok(_) => Err(refusal(StatusCode::PAYLOAD_TOO_LARGE, "the decompressed body is too long")),
        Err(error) => Err(refusal(StatusCode::BAD_REQUEST, error.to_string())),
    }
}

fn refusal(status: StatusCode, message: impl Into<String>) -> Refusal {
    Refusal { status, message: message.into() }
}

impl Refusal {
    fn answer(self, format: Format) -> Response {
        let json = serde_json::json!({ "message": self.message }).to_string();
        let protobuf = Status { message: self.message }.encode_to_vec();
        let mut response = answer(self.status, format, protobuf, json);
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, 5.into());
        }
        response
    }
}

/// Answers in the format of the request.
fn answer(status: StatusCode, format: Format, protobuf: Vec<u8>, json: String) -> Response {
    match format {
        Format::Protobuf => {
            (status, [(CONTENT_TYPE, "application/x-protobuf")], protobuf).into_response()
        }
        Format::Json => (status, [(CONTENT_TYPE, "application/json")], json).into_response(),
    }
}

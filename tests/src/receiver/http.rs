//! The HTTP server: axum, which also serves the gRPC service.

use super::tls::TlsListener;
use super::{Kind, Received, Reply, Shared, grpc};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use flate2::read::GzDecoder;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use prost::Message;
use std::io::Read;
use tokio::net::TcpListener;

/// Serves requests until the future is dropped.
pub(super) async fn serve(listener: TcpListener, shared: Shared, kind: Kind) {
    let routes = if kind.is_grpc {
        grpc::routes(shared)
    } else {
        Router::new().fallback(receive).with_state(shared)
    };
    let _ = match kind.tls {
        Some(acceptor) => axum::serve(TlsListener { listener, acceptor }, routes).await,
        None => axum::serve(listener, routes).await,
    };
}

/// Handles one request on any path. Panics if the body is neither JSON nor an OTLP request: the
/// connection is then closed, and the test fails because the request is missing.
async fn receive(
    State(shared): State<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let headers: std::collections::BTreeMap<_, _> = headers
        .iter()
        .map(|(name, value)| {
            (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect();
    let mut bytes = body.to_vec();
    if headers.get("content-encoding").is_some_and(|encoding| encoding == "gzip") {
        bytes.clear();
        GzDecoder::new(body.as_ref()).read_to_end(&mut bytes).expect("gzip");
    }
    #[cfg(feature = "zstd")]
    if headers.get("content-encoding").is_some_and(|encoding| encoding == "zstd") {
        bytes = zstd::decode_all(body.as_ref()).expect("zstd");
    }
    let is_json = headers.get("content-type").is_some_and(|kind| kind == "application/json");
    let request = if is_json {
        // Feedback is JSON too, and no request to export.
        serde_json::from_slice(&bytes).unwrap_or_default()
    } else {
        ExportTraceServiceRequest::decode(bytes.as_slice()).expect("an OTLP request")
    };
    let (path, body) = (uri.path().to_owned(), body.to_vec());
    let (method, query) = (method.to_string(), uri.query().unwrap_or_default().to_owned());
    let received = Received { method, path, query, headers, body, request };
    respond(&shared.take(received).await, is_json)
}

/// Returns the HTTP response for a reply.
fn respond(reply: &Reply, is_json: bool) -> Response {
    let mut response = match reply.status {
        0 | 200 if !reply.garbage.is_empty() => reply.garbage.clone().into_response(),
        // Like collectors, answer with a partial success only if there is something to report.
        0 | 200 => {
            let is_partial = reply.rejected > 0 || !reply.text.is_empty();
            let partial_success = is_partial.then(|| ExportTracePartialSuccess {
                rejected_spans: reply.rejected,
                error_message: reply.text.clone(),
            });
            let answer = ExportTraceServiceResponse { partial_success };
            if is_json && is_partial {
                let body = serde_json::to_vec(&answer).expect("JSON");
                return ([("content-type", "application/json")], body).into_response();
            }
            let body = answer.encode_to_vec();
            ([("content-type", "application/x-protobuf")], body).into_response()
        }
        status => {
            (StatusCode::from_u16(status).expect("a status"), reply.text.clone()).into_response()
        }
    };
    if let Some(seconds) = reply.retry_after {
        response.headers_mut().insert("retry-after", HeaderValue::from(seconds));
    }
    if let Some(date) = reply.retry_date {
        response.headers_mut().insert("retry-after", HeaderValue::from_static(date));
    }
    response
}

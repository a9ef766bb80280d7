//! The trace service of OTLP over gRPC.

use super::{Received, Shared};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response as HttpResponse};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use tonic::codec::CompressionEncoding;
use tonic::metadata::KeyAndValueRef;
use tonic::service::Routes;
use tonic::{Code, Request, Response, Status};

/// Returns the routes of the gRPC service.
pub(super) fn routes(shared: Shared) -> Router {
    let service =
        TraceServiceServer::new(Service(shared)).accept_compressed(CompressionEncoding::Gzip);
    #[cfg(feature = "zstd")]
    let service = service.accept_compressed(CompressionEncoding::Zstd);
    Routes::new(service).into_axum_router().layer(middleware::from_fn(keep_body))
}

/// Passes the undecoded bytes of the request to the service, in the extensions.
async fn keep_body(request: axum::extract::Request, next: Next) -> HttpResponse {
    let (mut parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    parts.extensions.insert(bytes.clone());
    next.run(axum::extract::Request::from_parts(parts, Body::from(bytes))).await
}

/// Encodes a `google.rpc.Status` whose details are a `RetryInfo` with this delay.
fn retry_info(seconds: u32) -> Vec<u8> {
    // A length-delimited field: tag and wire type 2, length, bytes. All lengths fit into one byte.
    let message = |tag: u8, bytes: &[u8]| {
        [&[tag << 3 | 2, u8::try_from(bytes.len()).expect("a short one")], bytes].concat()
    };
    // `RetryInfo { retry_delay: Duration { seconds } }`, wrapped in `Any` and put into
    // `Status.details`.
    let seconds = [1 << 3, u8::try_from(seconds).expect("a few")];
    let info = message(1, &seconds);
    let url = message(1, b"type.googleapis.com/google.rpc.RetryInfo");
    message(3, &[url, message(2, &info)].concat())
}

/// The implementation of the trace service.
struct Service(Shared);

#[tonic::async_trait]
impl TraceService for Service {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let headers = request
            .metadata()
            .iter()
            .filter_map(|entry| match entry {
                KeyAndValueRef::Ascii(name, value) => {
                    Some((name.to_string(), value.to_str().unwrap_or_default().to_owned()))
                }
                KeyAndValueRef::Binary(..) => None,
            })
            .collect();
        let body = request.extensions().get::<Bytes>().expect("set by `keep_body`").to_vec();
        // The service does not see the path of the HTTP/2 request.
        let (method, path) = ("POST".to_owned(), "grpc".to_owned());
        let reply = self
            .0
            .take(Received {
                method,
                path,
                query: String::new(),
                headers,
                body,
                request: request.into_inner(),
            })
            .await;
        if reply.status != 0 {
            let code = Code::from(i32::from(reply.status));
            let details = reply.retry_after.map(retry_info).unwrap_or_default();
            return Err(Status::with_details(code, reply.text, details.into()));
        }
        // A partial success with no rejected spans is a warning.
        let is_partial = reply.rejected > 0 || !reply.text.is_empty();
        let partial_success = is_partial.then_some(ExportTracePartialSuccess {
            rejected_spans: reply.rejected,
            error_message: reply.text,
        });
        Ok(Response::new(ExportTraceServiceResponse { partial_success }))
    }
}

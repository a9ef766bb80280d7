//! The service of OTLP over gRPC.

use super::{Received, Shared};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use tokio::net::TcpListener;
use tonic::codec::CompressionEncoding;
use tonic::metadata::KeyAndValueRef;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Code, Request, Response, Status};

pub(super) async fn serve(listener: TcpListener, shared: Shared) {
    let service =
        TraceServiceServer::new(Service(shared)).accept_compressed(CompressionEncoding::Gzip);
    let served =
        Server::builder().add_service(service).serve_with_incoming(TcpIncoming::from(listener));
    let _ = served.await;
}

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
        let path = "grpc".to_owned();
        let reply = self
            .0
            .take(Received { path, headers, body: Vec::new(), request: request.into_inner() })
            .await;
        if reply.status != 0 {
            return Err(Status::new(Code::from(i32::from(reply.status)), reply.text));
        }
        let partial_success = (reply.rejected > 0).then_some(ExportTracePartialSuccess {
            rejected_spans: reply.rejected,
            error_message: reply.text,
        });
        Ok(Response::new(ExportTraceServiceResponse { partial_success }))
    }
}

//! The service over gRPC, and its client. It is the health service of `tonic`, which needs no
//! compiler for a protocol: a city whose museum is open is serving.

use crate::service::{announce, stopped};
use tokio::net::TcpListener;
use tonic::codegen::BoxStream;
use tonic::codegen::tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::{Endpoint, Server};
use tonic::{Request, Response, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};
use tower_otel::trace::GrpcLayer;
use trace_runtime::propagation::inject_into_headers;
use trace_runtime::{register, retriever};
use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

struct Museum;

#[tonic::async_trait]
impl Health for Museum {
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        let is_open = !opening_hours(&request.get_ref().service).is_empty();
        let status = if is_open { ServingStatus::Serving } else { ServingStatus::NotServing };
        Ok(Response::new(HealthCheckResponse { status: status.into() }))
    }

    type WatchStream = BoxStream<HealthCheckResponse>;

    async fn watch(
        &self,
        _: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        Err(Status::unimplemented("the museum has no news"))
    }
}

#[retriever]
fn opening_hours(city: &str) -> Vec<String> {
    if city == "Oslo" { vec!["10 to 18".to_owned()] } else { Vec::new() }
}

/// Serves below a layer of another crate, whose spans come by `tracing`.
pub(crate) async fn run() -> anyhow::Result<()> {
    let registration = register().service_name("museum").project_name("hops").install()?;
    let server_layer = Targets::new().with_target("tower_otel", Level::INFO);
    tracing_subscriber::registry().with(registration.tracing_layer_with(server_layer)).init();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    announce(&format!("http://{}", listener.local_addr()?))?;
    let mut server = Server::builder().layer(GrpcLayer::server(Level::INFO));
    let server = server.add_service(HealthServer::new(Museum));
    server.serve_with_incoming_shutdown(TcpListenerStream::new(listener), stopped()).await?;
    Ok(registration.shutdown()?)
}

/// Asks the service at this address. The metadata carries the current span.
pub(crate) async fn is_open(address: &str, city: &str) -> anyhow::Result<bool> {
    let mut request = Request::new(HealthCheckRequest { service: city.to_owned() });
    inject_into_headers(request.metadata_mut().as_mut());
    let channel = Endpoint::from_shared(address.to_owned())?.connect().await?;
    Ok(HealthClient::new(channel).check(request).await?.into_inner().status
        == i32::from(ServingStatus::Serving))
}

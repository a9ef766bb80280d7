//! The gRPC service of the tests, and its client: the health service of `tonic`, which has a method
//! with one answer and a method with a stream of them.

use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt};
use tokio::net::TcpListener;
use tonic::codegen::tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::{Channel, Endpoint, Server};
use tonic::{Request, Response, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};
use trace_runtime::propagation::inject_into_headers;
use trace_runtime::{InCurrentSpan, agent, llm, tool};

/// The service.
#[derive(Debug)]
pub struct Service;

#[tonic::async_trait]
impl Health for Service {
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        let status = status(&request.get_ref().service).await?;
        tokio::spawn(look_up().in_current_span()).await.map_err(|_| Status::internal("a panic"))?;
        Ok(Response::new(HealthCheckResponse { status }))
    }

    type WatchStream = BoxStream<'static, Result<HealthCheckResponse, Status>>;

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let statuses = statuses(request.into_inner().service).in_current_span();
        let answers = statuses.map(|status| Ok(HealthCheckResponse { status }));
        Ok(Response::new(answers.boxed()))
    }
}

#[llm]
async fn status(service: &str) -> Result<i32, Status> {
    tokio::task::yield_now().await;
    match service {
        "" => Err(Status::not_found("no service")),
        _ => Ok(ServingStatus::Serving.into()),
    }
}

#[tool]
#[expect(clippy::unused_async, reason = "stands for one that awaits")]
async fn look_up() {}

#[llm]
fn statuses(service: String) -> impl Stream<Item = i32> + Send {
    let count = service.len();
    stream::iter(std::iter::repeat_n(ServingStatus::Serving.into(), count))
}

/// Serves the service below a layer on a free port, and returns a client. The arguments of
/// `Server::builder().layer(..)` have types that only the caller knows.
pub async fn connect<F>(
    serve: impl FnOnce(HealthServer<Service>, TcpListenerStream) -> F,
) -> HealthClient<Channel>
where
    F: Future<Output = Result<(), tonic::transport::Error>> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(serve(HealthServer::new(Service), TcpListenerStream::new(listener)));
    let endpoint = Endpoint::from_shared(format!("http://{address}")).expect("a URL");
    HealthClient::new(endpoint.connect().await.expect("the server listens"))
}

/// Returns a server to which a layer can be added.
#[must_use]
pub fn builder() -> Server {
    Server::builder()
}

/// Returns a request that carries the current span.
fn request(service: &str) -> Request<HealthCheckRequest> {
    let mut request = Request::new(HealthCheckRequest { service: service.to_owned() });
    inject_into_headers(request.metadata_mut().as_mut());
    request
}

/// Asks the method with one answer.
///
/// # Errors
///
/// Returns the error of the call.
#[agent(skip(client))]
pub async fn check(mut client: HealthClient<Channel>, service: &str) -> Result<i32, Status> {
    Ok(client.check(request(service)).await?.into_inner().status)
}

/// Asks the method with a stream, and returns the number of answers.
///
/// # Errors
///
/// Returns the error of the call, or of the stream.
#[agent(skip(client))]
pub async fn watch(mut client: HealthClient<Channel>, service: &str) -> Result<usize, Status> {
    let mut answers = client.watch(request(service)).await?.into_inner();
    let mut count = 0;
    while answers.message().await?.is_some() {
        count += 1;
    }
    Ok(count)
}

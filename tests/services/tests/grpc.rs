//! One trace across an agent and a gRPC service, with the layers of other crates for `tonic`.

use crate::traces;
use services::grpc::{builder, check, connect, watch};
use tonic_tracing_opentelemetry::middleware::server::OtelGrpcLayer;
use tower_otel::trace::GrpcLayer;
use trace_runtime::extract;
use trace_runtime::opentelemetry::context::FutureExt;
use tracing::Level;

const UNSAMPLED: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

/// Asks a service for a caller that records nothing, and returns the traces.
macro_rules! asked_by_an_unsampled_caller {
    ($layer:expr) => {
        traces(|| async {
            let client = connect(|service, incoming| {
                let server = builder().layer($layer).add_service(service);
                server.serve_with_incoming(incoming)
            })
            .await;
            let caller = extract(|name| (name == "traceparent").then_some(UNSAMPLED));
            let asked = async {
                assert_eq!(check(client.clone(), "db").await.ok(), Some(1));
                assert_eq!(watch(client, "db").await.ok(), Some(2));
            };
            asked.with_context(caller).await;
        })
    };
}

#[test]
fn unsampled_caller_of_any_grpc_layer_records_nothing() {
    assert_eq!(asked_by_an_unsampled_caller!(GrpcLayer::server(Level::INFO)), "");
    assert_eq!(asked_by_an_unsampled_caller!(OtelGrpcLayer::default()), "");
}

/// Asks both methods of a service, and one of them in vain.
macro_rules! asked {
    ($layer:expr) => {
        traces(|| async {
            let client = connect(|service, incoming| {
                let server = builder().layer($layer).add_service(service);
                server.serve_with_incoming(incoming)
            })
            .await;
            assert_eq!(check(client.clone(), "db").await.ok(), Some(1));
            assert_eq!(watch(client.clone(), "db").await.ok(), Some(2));
            assert!(check(client, "").await.is_err());
        })
    };
}

/// The traces, with the status that a layer gives its spans.
fn tree(layer: &str) -> String {
    let error = "code: 'Some requested entity was not found', message: \"no service\"";
    format!(
        "check [AGENT] ok in=db out=1\n\
        \x20 grpc.health.v1.Health/Check [CHAIN] {layer}\n\
        \x20   status [LLM] ok in={{\"service\":\"db\"}} out=1\n\
        \x20   look_up [TOOL] ok in={{}}\n\
        watch [AGENT] ok in=db out=2\n\
        \x20 grpc.health.v1.Health/Watch [CHAIN] {layer}\n\
        \x20   statuses [LLM] ok in={{\"service\":\"db\"}} out=[1,1]\n\
        \x20     !First Token Stream Event\n\
        check [AGENT] error(Status: {error}) in=\n\
        \x20 !exception | tonic::status::Status | {error}\n\
        \x20 grpc.health.v1.Health/Check [CHAIN] {layer}\n\
        \x20   status [LLM] error(Status: {error}) in={{\"service\":\"\"}}\n\
        \x20     !exception | tonic::status::Status | {error}\n"
    )
}

#[test]
fn tower_otel_continues_the_trace_over_grpc() {
    assert_eq!(asked!(GrpcLayer::server(Level::INFO)), tree("unset"));
}

#[test]
fn tonic_tracing_opentelemetry_continues_the_trace() {
    assert_eq!(asked!(OtelGrpcLayer::default()), tree("ok"));
}

//! One trace across an agent and a service, with the server layers of other crates.
//!
//! The agent and the service share a process and a registration, but exchange only HTTP. The span of
//! a layer is a CHAIN: the entry point of the service, with the attributes of an HTTP request.

mod grpc;

use axum::Router;
use axum_tracing_opentelemetry::middleware::OtelAxumLayer;
use integration_tests::{Program, block_on};
use opentelemetry_instrumentation_tower::http::server::Layer as HttpLayer;
use services::{ask, hanging_route, read_one_event, routes, serve};
use trace_runtime::opentelemetry_sdk::trace::SpanData;
use trace_runtime::tracing::GenAiSpans;
use tracing::Level;
use tracing_subscriber::Registry;
use tracing_subscriber::filter::{FilterExt, LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;

/// Runs a program with a registration whose `tracing` layer exports the spans of server layers, and
/// returns its traces.
fn traces<F: Future>(program: impl FnOnce() -> F) -> String {
    let running = Program::start();
    let layer = running.registration.tracing_layer_with(GenAiSpans.or(server_layers()));
    let _default = tracing::subscriber::set_default(Registry::default().with(layer));
    block_on(async { program().await });
    running.tree()
}

/// Returns a filter for the spans of server layers.
fn server_layers() -> Targets {
    Targets::new()
        .with_target("otel::tracing", LevelFilter::TRACE)
        .with_target("tower_otel", LevelFilter::INFO)
}

/// The traces with any layer. The spans of the service are below the span of the layer, also that of
/// a spawned task, and that of a stream which is polled after the handler has returned.
const TREE: &str = "\
ask [AGENT] ok
  POST /ask [CHAIN] unset
    answer [LLM] ok in={\"question\":\"why so\"} out=WHY SO
    look_up [TOOL] ok in={}
ask [AGENT] ok
  POST /stream [CHAIN] unset
    words [LLM] ok in={\"question\":\"why so\"} out=whyso
      !First Token Stream Event
ask [AGENT] ok
  POST /events [CHAIN] unset
    words [LLM] ok in={\"question\":\"why so\"} out=whyso
      !First Token Stream Event
";

/// Asks all routes of a service, and returns the traces.
fn asked(layered: impl FnOnce(Router) -> Router) -> String {
    traces(|| async {
        let url = serve(layered(routes())).await;
        assert_eq!(ask(format!("{url}/ask")).await, "WHY SO");
        assert_eq!(ask(format!("{url}/stream")).await, "whyso");
        assert_eq!(ask(format!("{url}/events")).await, "data: why\n\ndata: so\n\n");
    })
}

/// Asks a service with the headers of a caller that records nothing, and returns the traces.
fn asked_by_an_unsampled_caller(layered: impl FnOnce(Router) -> Router) -> String {
    traces(|| async {
        let url = serve(layered(routes())).await;
        for route in ["ask", "stream", "events"] {
            let request = reqwest::Client::new().post(format!("{url}/{route}"));
            let response = request.header("traceparent", UNSAMPLED).send().await.unwrap();
            assert!(response.status().is_success());
            response.bytes().await.unwrap();
        }
    })
}

const UNSAMPLED: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

#[test]
fn unsampled_caller_of_any_layer_records_nothing() {
    let tower = asked_by_an_unsampled_caller(|routes| routes.layer(HttpLayer::new()));
    let axum = asked_by_an_unsampled_caller(|routes| routes.layer(OtelAxumLayer::default()));
    let server = tower_otel::trace::HttpLayer::server(Level::INFO);
    let tower_otel = asked_by_an_unsampled_caller(|routes| routes.layer(server));
    assert_eq!([tower, axum, tower_otel], [""; 3]);
    // The layers and the clients of gRPC are in `grpc`, those of MCP in `trace-rmcp`.
}

/// Asks a service with the session in the baggage, and returns the session of each span below that
/// of the layer. Some layers set their own parent later than the attributes of the scope are read.
fn sessions(ask: bool, layered: impl FnOnce(Router) -> Router) -> Vec<Option<String>> {
    let running = Program::start_with(|builder| builder.session_from_baggage(ask));
    let layer = running.registration.tracing_layer_with(GenAiSpans.or(server_layers()));
    let _default = tracing::subscriber::set_default(Registry::default().with(layer));
    block_on(async {
        let url = serve(layered(routes())).await;
        let request = reqwest::Client::new().post(format!("{url}/ask"));
        let request = request.header("baggage", "session.id=conversation-7");
        request.send().await.unwrap().bytes().await.unwrap();
    });
    let session = |span: &SpanData| {
        let found = span.attributes.iter().find(|found| found.key.as_str() == "session.id");
        found.map(|found| found.value.to_string())
    };
    let spans = running.spans();
    let below = spans.iter().filter(|span| !span.name.starts_with("POST"));
    below.map(session).collect()
}

#[test]
fn received_session_reaches_every_span_below_any_layer_when_asked_for() {
    let server = || tower_otel::trace::HttpLayer::server(Level::INFO);
    for (ask, expected) in [(false, None), (true, Some("conversation-7".to_owned()))] {
        let expected = vec![expected; 2];
        assert_eq!(sessions(ask, |routes| routes.layer(HttpLayer::new())), expected);
        assert_eq!(sessions(ask, |routes| routes.layer(OtelAxumLayer::default())), expected);
        assert_eq!(sessions(ask, |routes| routes.layer(server())), expected);
    }
}

#[test]
fn opentelemetry_instrumentation_tower_continues_the_trace() {
    let tree = asked(|routes| routes.layer(HttpLayer::new()));
    assert_eq!(tree, TREE);
}

#[test]
fn axum_tracing_opentelemetry_continues_the_trace() {
    let tree = asked(|routes| routes.layer(OtelAxumLayer::default()));
    assert_eq!(tree, TREE);
}

#[test]
fn tower_otel_continues_the_trace() {
    let layer = tower_otel::trace::HttpLayer::server(Level::INFO);
    let tree = asked(|routes| routes.layer(layer));
    assert_eq!(tree, TREE);
}

#[test]
fn client_that_closes_the_connection_cancels_the_span_below_its_own() {
    let program = Program::start();
    block_on(async {
        let (routes, is_started) = hanging_route();
        let url = serve(routes.layer(HttpLayer::new())).await;
        let client = tokio::spawn(ask(format!("{url}/hang")));
        is_started.await.unwrap();
        client.abort();
        assert!(client.await.unwrap_err().is_cancelled());
        while program.spans().len() < 3 {
            tokio::task::yield_now().await;
        }
    });
    assert_eq!(
        program.tree(),
        "ask [AGENT] unset\n\
        \x20 !cancelled\n\
        \x20 POST /hang [CHAIN] unset\n\
        \x20   hang [LLM] unset\n\
        \x20     !cancelled\n"
    );
}

#[test]
fn client_that_closes_a_stream_of_events_cancels_the_span_below_its_own() {
    let program = Program::start();
    block_on(async {
        let url = serve(routes().layer(HttpLayer::new())).await;
        read_one_event(format!("{url}/endless")).await;
        while program.spans().len() < 3 {
            tokio::task::yield_now().await;
        }
    });
    let tree = program.tree();
    let expected = "read_one_event [AGENT] ok\n  POST /endless [CHAIN] unset\n    \
                    endless [LLM] unset in={} out=word";
    assert!(tree.starts_with(expected), "{tree}");
    assert!(tree.ends_with("      !First Token Stream Event\n      !cancelled\n"), "{tree}");
}

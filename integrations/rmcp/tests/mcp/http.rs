//! A server over streamable HTTP.

use crate::servers::{Weather, ask};
use integration_tests::{Program, block_on};
use rmcp::ServiceExt;
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use std::sync::Arc;
use trace_rmcp::Traced;
use trace_runtime::chain;

/// Serves the tools on a free port, and returns the URL.
async fn serve(config: StreamableHttpServerConfig) -> String {
    let sessions = Arc::<LocalSessionManager>::default();
    let service = StreamableHttpService::new(|| Ok(Traced(Weather)), sessions, config);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let routes = axum::Router::new().nest_service("/mcp", service);
    tokio::spawn(async move { axum::serve(listener, routes).await });
    format!("http://{address}/mcp")
}

/// Asks for the weather of two cities at the same time, in traces of their own.
fn asked(config: fn() -> StreamableHttpServerConfig) -> String {
    let program = Program::start();
    block_on(async {
        let url = serve(config()).await;
        let client =
            ().serve(StreamableHttpClientTransport::from_uri(url)).await.expect("a server");
        let (first, second) =
            tokio::join!(ask(&client, "weather", "Oslo"), ask(&client, "weather", "Rome"));
        assert_eq!([first, second], ["sun in Oslo", "sun in Rome"]);
        client.cancel().await.expect("the session ends");
    });
    program.tree()
}

const TREES: &str = "\
ask [AGENT] ok in={\"name\":\"weather\",\"city\":\"Oslo\"}
  tools/call weather [TOOL] ok in={\"city\":\"Oslo\"} out=sun in Oslo
    look_up [CHAIN] ok in=Oslo out=sun in Oslo
ask [AGENT] ok in={\"name\":\"weather\",\"city\":\"Rome\"}
  tools/call weather [TOOL] ok in={\"city\":\"Rome\"} out=sun in Rome
    look_up [CHAIN] ok in=Rome out=sun in Rome
";

#[test]
fn concurrent_calls_of_one_session_stay_in_their_traces() {
    assert_eq!(asked(StreamableHttpServerConfig::default), TREES);
}

#[test]
fn calls_without_a_session_stay_in_their_traces() {
    let stateless = || StreamableHttpServerConfig::default().with_legacy_session_mode(false);
    assert_eq!(asked(stateless), TREES);
}

#[test]
fn header_of_the_request_is_the_parent_without_fields_in_meta() {
    #[chain(skip_all)]
    async fn post(url: String) -> u16 {
        let mut headers = axum::http::HeaderMap::new();
        trace_runtime::propagation::inject_into_headers(&mut headers);
        let mut request = reqwest::Client::new().post(url).body(
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\
             \"params\":{\"name\":\"broken\"}}",
        );
        for (name, value) in &headers {
            request = request.header(name.as_str(), value.as_bytes());
        }
        let request = request.header("content-type", "application/json");
        let request = request.header("accept", "application/json, text/event-stream");
        let response = request.send().await.expect("a response");
        let status = response.status().as_u16();
        response.bytes().await.expect("a body");
        status
    }
    let program = Program::start();
    block_on(async {
        let config = StreamableHttpServerConfig::default().with_legacy_session_mode(false);
        let url = serve(config).await;
        assert_eq!(post(url).await, 200);
    });
    assert_eq!(
        program.tree(),
        "post [CHAIN] ok out=200\n\
        \x20 tools/call broken [TOOL] error(tool_error: no station) in={} out=no station\n\
        \x20   !exception | tool_error | no station\n"
    );
}

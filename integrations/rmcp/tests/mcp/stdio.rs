//! A server in a child process, over stdio.

use crate::servers::{Weather, ask};
use integration_tests::delivery::{ENDPOINT, env_of_parent, quiet_builder};
use integration_tests::{Program, Receiver, block_on_threads, child, is_child, received_tree};
use rmcp::ServiceExt;
use rmcp::transport::TokioChildProcess;
use std::process::Stdio;
use trace_rmcp::Traced;
use trace_runtime::agent;

const TREE: &str = "\
trip [AGENT] ok out=sun in Oslo
  ask [AGENT] ok in={\"name\":\"weather\",\"city\":\"Oslo\"}
    tools/call weather [TOOL] ok in={\"city\":\"Oslo\"} out=sun in Oslo
      look_up [CHAIN] ok in=Oslo out=sun in Oslo
";

/// The server. The test harness prints to stdout too. The client skips lines that are not messages,
/// and the first message must begin a line.
fn serve() {
    println!();
    let endpoint = env_of_parent(ENDPOINT);
    let registration = quiet_builder().endpoint(endpoint).install().expect("a registration");
    block_on_threads(async {
        let server = Traced(Weather).serve(rmcp::transport::stdio()).await.expect("a client");
        server.waiting().await.expect("the client closes the connection");
    });
    registration.shutdown().expect("the receiver accepts everything");
}

/// The agent, which starts the server.
#[agent(skip_all)]
async fn trip(endpoint: &str) -> String {
    let mut server = child("stdio::agent_and_server_process_have_one_trace");
    server.env(ENDPOINT, endpoint);
    let server = TokioChildProcess::builder(tokio::process::Command::from(server));
    let (process, _) = server.stderr(Stdio::null()).spawn().expect("a process");
    let client = ().serve(process).await.expect("a server");
    let answer = ask(&client, "weather", "Oslo").await;
    // The server delivers its spans when its input ends.
    client.cancel().await.expect("the server ends");
    answer
}

#[test]
fn agent_and_server_process_have_one_trace() {
    if is_child() {
        return serve();
    }
    let _lock = Program::lock();
    let receiver = Receiver::http();
    let endpoint = receiver.endpoint();
    let registration = quiet_builder().endpoint(&endpoint).install().expect("a registration");
    block_on_threads(trip(&endpoint));
    registration.shutdown().expect("the receiver accepts everything");
    assert_eq!(received_tree(&receiver.spans()), TREE);
}

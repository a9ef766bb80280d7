//! One request through six processes, whose spans are one trace.
//!
//! ```sh
//! redis-server --port 6379 &
//! REDIS_URL=redis://127.0.0.1:6379 cargo run -p hops-example
//! ```
//!
//! Without an argument, this program is the browser: it starts itself again as each service, sends
//! one request and stops them. The request reaches the agent over HTTP. The agent calls a service
//! over gRPC, a tool server over MCP, a worker over a queue, and a child process. Each process sends
//! its own spans to the same endpoint; `PHOENIX_COLLECTOR_ENDPOINT` names it.

mod agent;
mod convert;
mod museum;
mod queue;
mod service;
mod tools;
mod web;
mod worker;

use service::Service;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [] => browse().await,
        ["web", agent] => web::run(agent.to_owned()).await,
        ["agent", museum, queue] => agent::run(museum.to_owned(), queue.to_owned()).await,
        ["museum"] => museum::run().await,
        ["tools"] => tools::run().await,
        ["worker", queue] => worker::run(queue),
        ["convert", celsius] => convert::run(celsius.parse()?),
        _ => anyhow::bail!("unknown arguments {arguments:?}"),
    }
}

/// Starts the services, sends the request, and stops the services once all have sent their spans.
async fn browse() -> anyhow::Result<()> {
    let queue = format!("hops-{}", std::process::id());
    let worker = Service::start(&["worker", &queue])?;
    let museum = Service::start(&["museum"])?;
    let agent = Service::start(&["agent", museum.address(), &queue])?;
    let web = Service::start(&["web", agent.address()])?;

    let request = reqwest::Client::new().post(format!("{}/plan", web.address())).body("Oslo");
    let response = request.send().await?.error_for_status()?;
    println!("{}", response.text().await?);

    for service in [web, agent, museum, worker] {
        service.stop()?;
    }
    Ok(())
}

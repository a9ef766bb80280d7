//! An agent and a worker in two processes, which exchange messages over Redis. Their spans are one
//! trace.
//!
//! ```sh
//! redis-server --port 6379 &
//! REDIS_URL=redis://127.0.0.1:6379 cargo run -p queue-example
//! ```
//!
//! The agent starts this program again as its worker. Each message carries the span of its sender,
//! so that it does not matter which worker takes it, and when. Both processes send their spans to
//! the same endpoint; `PHOENIX_COLLECTOR_ENDPOINT` names it.

use redis::Connection;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::process::Command;
use trace_runtime::{agent, chain, extract, inject, llm, register};

/// The lists in Redis. Those of each run are its own.
struct Queue {
    connection: Connection,
    jobs: String,
    answers: String,
}

/// A message. The fields of its sender's span travel beside the content.
#[derive(Debug, Deserialize, Serialize)]
struct Message {
    content: String,
    fields: BTreeMap<String, String>,
}

impl Queue {
    fn open(run: &str) -> anyhow::Result<Self> {
        let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1:6379".into());
        let connection = redis::Client::open(url)?.get_connection()?;
        let list = |name| format!("{run}:{name}");
        Ok(Queue { connection, jobs: list("jobs"), answers: list("answers") })
    }

    /// Appends a message that carries the current span.
    fn push(&mut self, list: &str, content: &str) -> anyhow::Result<()> {
        let mut fields = BTreeMap::new();
        inject(|name, value| {
            fields.insert(name.to_owned(), value.to_owned());
        });
        let message = serde_json::to_string(&Message { content: content.to_owned(), fields })?;
        redis::cmd("RPUSH").arg(list).arg(message).exec(&mut self.connection)?;
        Ok(())
    }

    /// Waits for a message.
    fn pop(&mut self, list: &str) -> anyhow::Result<Message> {
        let mut pop = redis::cmd("BLPOP");
        let (_, message): (String, String) = pop.arg(list).arg(60).query(&mut self.connection)?;
        Ok(serde_json::from_str(&message)?)
    }
}

/// Publishes a job, and waits for its answer.
#[agent(skip(queue))]
fn plan(queue: &mut Queue, city: &str) -> anyhow::Result<String> {
    let jobs = queue.jobs.clone();
    queue.push(&jobs, city)?;
    let answers = queue.answers.clone();
    Ok(queue.pop(&answers)?.content)
}

/// Works on a job, below the span that its message carries.
#[chain(parent = extract(|name| job.fields.get(name)), input = job.content)]
fn process(job: &Message) -> String {
    answer(&job.content)
}

#[llm(model = "stub")]
fn answer(city: &str) -> String {
    format!("a day in {city}")
}

/// Takes jobs until one is empty.
fn work(queue: &mut Queue) -> anyhow::Result<()> {
    let (jobs, answers) = (queue.jobs.clone(), queue.answers.clone());
    loop {
        let job = queue.pop(&jobs)?;
        if job.content.is_empty() {
            return Ok(());
        }
        let answer = process(&job);
        queue.push(&answers, &answer)?;
    }
}

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [worker, run] = &arguments[..]
        && worker == "worker"
    {
        let registration = register().service_name("worker").project_name("queue").install()?;
        work(&mut Queue::open(run)?)?;
        registration.shutdown()?;
        return Ok(());
    }
    let registration = register().service_name("agent").project_name("queue").install()?;
    let run = format!("example-{}", std::process::id());
    let mut queue = Queue::open(&run)?;
    let mut worker = Command::new(std::env::current_exe()?).arg("worker").arg(&run).spawn()?;
    for city in ["Oslo", "Rome"] {
        println!("{}", plan(&mut queue, city)?);
    }
    let jobs = queue.jobs.clone();
    queue.push(&jobs, "")?;
    anyhow::ensure!(worker.wait()?.success(), "the worker failed");
    registration.shutdown()?;
    Ok(())
}

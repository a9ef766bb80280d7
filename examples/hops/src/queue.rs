//! A queue in Redis. Each message carries the span of its sender.

use redis::Connection;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use trace_runtime::inject;

/// Two lists: jobs, and their answers.
pub(crate) struct Queue {
    connection: Connection,
    jobs: String,
    answers: String,
}

/// A message. The fields of its sender's span travel beside the content.
#[derive(Deserialize, Serialize)]
pub(crate) struct Message {
    pub(crate) content: String,
    pub(crate) fields: BTreeMap<String, String>,
}

impl Queue {
    pub(crate) fn open(name: &str) -> anyhow::Result<Self> {
        let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1:6379".into());
        let connection = redis::Client::open(url)?.get_connection()?;
        let list = |of| format!("{name}:{of}");
        Ok(Queue { connection, jobs: list("jobs"), answers: list("answers") })
    }

    /// Sends a job, and waits for its answer.
    pub(crate) fn ask(&mut self, content: &str) -> anyhow::Result<String> {
        push(&mut self.connection, &self.jobs, content)?;
        Ok(pop(&mut self.connection, &self.answers, 60)?
            .map(|answer| answer.content)
            .unwrap_or_default())
    }

    /// Waits a second for a job.
    pub(crate) fn next_job(&mut self) -> anyhow::Result<Option<Message>> {
        pop(&mut self.connection, &self.jobs, 1)
    }

    pub(crate) fn answer(&mut self, content: &str) -> anyhow::Result<()> {
        push(&mut self.connection, &self.answers, content)
    }
}

fn push(connection: &mut Connection, list: &str, content: &str) -> anyhow::Result<()> {
    let mut fields = BTreeMap::new();
    inject(|name, value| {
        fields.insert(name.to_owned(), value.to_owned());
    });
    let message = serde_json::to_string(&Message { content: content.to_owned(), fields })?;
    Ok(redis::cmd("RPUSH").arg(list).arg(message).exec(connection)?)
}

fn pop(connection: &mut Connection, list: &str, seconds: u64) -> anyhow::Result<Option<Message>> {
    let popped: Option<(String, String)> =
        redis::cmd("BLPOP").arg(list).arg(seconds).query(connection)?;
    Ok(popped.map(|(_, message)| serde_json::from_str(&message)).transpose()?)
}

//! The worker, which takes jobs from the queue.

use crate::queue::{Message, Queue};
use crate::service::announce;
use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};
use trace_runtime::{chain, extract, llm, register};

/// True once the standard input has ended.
static STOPPED: AtomicBool = AtomicBool::new(false);

pub(crate) fn run(queue: &str) -> anyhow::Result<()> {
    let registration = register().service_name("worker").project_name("hops").install()?;
    let mut queue = Queue::open(queue)?;
    announce("the queue")?;
    std::thread::spawn(|| {
        drop(std::io::stdin().read_to_end(&mut Vec::new()));
        STOPPED.store(true, Ordering::Relaxed);
    });
    while !STOPPED.load(Ordering::Relaxed) {
        if let Some(job) = queue.next_job()? {
            queue.answer(&process(&job))?;
        }
    }
    Ok(registration.shutdown()?)
}

/// Works on a job, below the span that its message carries.
#[chain(parent = extract(|name| job.fields.get(name)), input = job.content)]
fn process(job: &Message) -> String {
    suggest(&job.content)
}

#[llm(model = "stub")]
fn suggest(city: &str) -> String {
    format!("a walk in {city}")
}

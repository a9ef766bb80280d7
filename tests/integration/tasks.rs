//! The current span, propagated to tasks, threads and thread pools.

use futures_util::stream::{Stream, StreamExt};
use integration_tests::{block_on, block_on_threads, traced};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use tokio::task::{JoinSet, LocalSet, spawn, spawn_blocking, spawn_local};
use trace_runtime::{InCurrentSpan, agent, chain, current_span, in_current_span, llm};

#[llm]
async fn ask(n: u32) {
    tokio::task::yield_now().await;
    blocking(n);
}

#[chain]
fn blocking(n: u32) {
    let _ = n;
}

#[agent]
async fn spawns() {
    spawn(ask(1).in_current_span()).await.unwrap();
    spawn_blocking(in_current_span(|| blocking(2))).await.unwrap();
    let mut set = JoinSet::new();
    set.spawn(ask(3).in_current_span());
    set.join_next().await.unwrap().unwrap();
    std::thread::spawn(in_current_span(|| blocking(4))).join().unwrap();
}

const SPAWNS: &str = r#"spawns [AGENT] ok in={}
  ask [LLM] ok in={"n":1}
    blocking [CHAIN] ok in=1
  blocking [CHAIN] ok in=2
  ask [LLM] ok in={"n":3}
    blocking [CHAIN] ok in=3
  blocking [CHAIN] ok in=4
"#;

#[test]
fn spawned_tasks_and_threads_are_children() {
    assert_eq!(traced(|| block_on(spawns())), SPAWNS);
    assert_eq!(traced(|| block_on_threads(spawns())), SPAWNS);
}

#[agent(skip(pool))]
fn on_a_pool(pool: &rayon::ThreadPool) -> u32 {
    let span = current_span();
    pool.install(|| {
        (1..=3_u32).into_par_iter().for_each(|n| span.in_scope(|| blocking(n)));
    });
    let (sent, received) = std::sync::mpsc::channel();
    pool.spawn(in_current_span(move || sent.send(current_span().trace_id()).unwrap()));
    assert_eq!(received.recv().unwrap(), current_span().trace_id());
    3
}

#[test]
fn work_on_a_thread_pool_is_a_child() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    let tree = traced(|| on_a_pool(&pool));
    let mut lines: Vec<&str> = tree.lines().collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "  blocking [CHAIN] ok in=1",
            "  blocking [CHAIN] ok in=2",
            "  blocking [CHAIN] ok in=3",
            "on_a_pool [AGENT] ok in={} out=3",
        ]
    );
    // The pool's threads have their previous context again: the next span is a root.
    assert_eq!(traced(|| pool.install(|| blocking(4))), "blocking [CHAIN] ok in=4\n");
}

#[agent]
async fn spawns_locally() {
    spawn_local(ask(1).in_current_span()).await.unwrap();
}

#[test]
fn local_tasks_are_children() {
    let tree = traced(|| block_on(LocalSet::new().run_until(spawns_locally())));
    assert_eq!(
        tree,
        r#"spawns_locally [AGENT] ok in={}
  ask [LLM] ok in={"n":1}
    blocking [CHAIN] ok in=1
"#
    );
}

#[agent]
fn returns_work() -> impl FnOnce() {
    in_current_span(|| blocking(1))
}

#[agent]
async fn returns_stream() -> (u8, std::pin::Pin<Box<dyn Stream<Item = u32> + Send>>) {
    let numbers = futures_util::stream::iter(0..1).inspect(|n| blocking(*n));
    (0, Box::pin(numbers.in_current_span()))
}

#[test]
fn work_after_the_span_ended_is_still_a_child() {
    let tree = traced(|| {
        returns_work()();
        block_on(async { returns_stream().await.1.count().await });
        // The span is no longer current here.
        blocking(9);
    });
    let shape: Vec<&str> = tree.lines().map(|line| line.split(" [").next().unwrap()).collect();
    assert_eq!(shape, ["returns_work", "  blocking", "returns_stream", "  blocking", "blocking"]);
}

#[test]
fn aborted_task_is_cancelled() {
    #[chain]
    async fn waits() {
        std::future::pending::<()>().await;
    }
    #[agent]
    async fn aborts() {
        let task = spawn(waits().in_current_span());
        tokio::task::yield_now().await;
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
    }
    assert_eq!(
        traced(|| block_on(aborts())),
        "aborts [AGENT] ok in={}\n  waits [CHAIN] unset in={}\n    !cancelled\n"
    );
}

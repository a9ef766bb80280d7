//! Receivers, borrows, control flow and unusual signatures, sync and async.

use integration_tests::{block_on, block_on_threads, traced};
use std::fmt::Display;
use std::ops::AddAssign;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use trace_runtime::{InCurrentSpan, agent, chain, llm};

#[derive(Clone, Default)]
struct Counter {
    count: u32,
}

impl Counter {
    #[chain]
    #[expect(clippy::boxed_local, reason = "the receiver is the subject of the test")]
    fn boxed(self: Box<Self>) -> u32 {
        self.count
    }

    #[chain]
    fn counted(self: Rc<Self>) -> u32 {
        self.count
    }

    #[chain]
    async fn shared(self: Arc<Self>, by: u32) -> u32 {
        tokio::task::yield_now().await;
        self.count + by
    }

    #[chain]
    fn pinned(mut self: Pin<&mut Self>) -> Pin<&mut Self> {
        self.as_mut().count += 1;
        self
    }

    #[chain]
    async fn pinned_later(mut self: Pin<&mut Self>) -> u32 {
        self.count += 1;
        self.count
    }

    #[chain]
    fn split(&mut self, other: &mut u32) -> (&mut u32, usize) {
        self.count += *other;
        (&mut self.count, 1)
    }

    #[chain]
    fn consumed(mut self) -> Self {
        self.count += 1;
        self
    }
}

#[test]
fn each_receiver_kind_is_traced() {
    let tree = traced(|| {
        let mut counter = Counter::default();
        assert_eq!(Box::new(counter.clone()).boxed(), 0);
        assert_eq!(Rc::new(counter.clone()).counted(), 0);
        assert_eq!(block_on(Arc::new(counter.clone()).shared(2)), 2);
        assert_eq!(Pin::new(&mut counter).pinned().count, 1);
        assert_eq!(block_on(Pin::new(&mut counter).pinned_later()), 2);
        *counter.split(&mut 3).0 += 1;
        assert_eq!(counter.consumed().count, 7);
    });
    let names: Vec<&str> = tree.lines().map(|line| line.split(" [").next().unwrap()).collect();
    let expected = ["boxed", "counted", "shared", "pinned", "pinned_later", "split", "consumed"];
    assert_eq!(names, expected.map(|name| format!("Counter::{name}")));
    assert!(tree.lines().all(|line| line.contains("[CHAIN] ok in=")), "{tree}");
}

#[chain]
fn longest<'a>(a: &'a mut String, b: &'a str) -> &'a mut String {
    if b.len() > a.len() {
        b.clone_into(a);
    }
    a
}

#[chain]
async fn elided(text: &str, counts: &mut [u32]) -> Option<char> {
    counts.first_mut()?.add_assign(1);
    tokio::task::yield_now().await;
    text.chars().next()
}

#[chain]
fn dynamic(number: bool) -> Box<dyn Display + Send> {
    if number { Box::new(1) } else { Box::new("one") }
}

#[chain]
async fn dynamic_later(number: bool) -> Result<Box<dyn Display + Send>, std::fmt::Error> {
    if number {
        return Ok(Box::new(1));
    }
    Ok(Box::new("one"))
}

#[chain]
fn called(mut action: impl FnMut(u32) -> u32, by: &dyn Fn(u32) -> u32) -> u32 {
    by(action(1))
}

#[chain]
async fn called_later<F: AsyncFn(u32) -> u32>(action: F) -> u32 {
    action(2).await
}

#[chain]
fn labelled(limit: u32) -> u32 {
    'search: {
        for n in 0.. {
            if n * n > limit {
                break 'search n;
            }
        }
        unreachable!()
    }
}

#[chain]
fn nested(n: u32) -> u32 {
    #[llm]
    fn inside(n: u32) -> u32 {
        n + 1
    }
    inside(n)
}

#[chain]
extern "C" fn external(n: u32) -> u32 {
    n
}

#[agent]
async fn recursive(depth: u32) -> u32 {
    if depth == 0 { 0 } else { Box::pin(recursive(depth - 1)).await + 1 }
}

#[test]
fn borrows_and_control_flow_are_preserved() {
    let tree = traced(|| {
        let mut text = "a".to_owned();
        longest(&mut text, "bc").push('!');
        assert_eq!(text, "bc!");
        assert_eq!(block_on(elided("x", &mut [])), None);
        assert_eq!(dynamic(false).to_string(), "one");
        assert_eq!(block_on(dynamic_later(true)).unwrap().to_string(), "1");
        let mut sum = 0;
        let add = |n| {
            sum += n;
            sum
        };
        assert_eq!(called(add, &|n| n * 10), 10);
        assert_eq!(block_on(called_later(async |n| n + 1)), 3);
        assert_eq!(labelled(10), 4);
        assert_eq!(nested(1), 2);
        assert_eq!(external(5), 5);
        assert_eq!(block_on(recursive(2)), 2);
    });
    let shape: Vec<String> = tree
        .lines()
        .map(|line| line.replace(" [CHAIN] ok", "").replace("integration::signatures::", ""))
        .map(|line| line.split(" in={\"action").next().unwrap().to_owned())
        .collect();
    assert_eq!(
        shape,
        [
            r#"longest in={"a":"a","b":"bc"} out=bc"#,
            r#"elided in={"text":"x","counts":[]} out=null"#,
            "dynamic in=false out=<Box<dyn Display + Send>>",
            "dynamic_later in=true out=<Box<dyn Display + Send>>",
            "called",
            &shape[5],
            "labelled in=10 out=4",
            "nested in=1 out=2",
            r#"  inside [LLM] ok in={"n":1} out=2"#,
            "external in=5 out=5",
            "recursive [AGENT] ok in=2 out=2",
            "  recursive [AGENT] ok in=1 out=1",
            "    recursive [AGENT] ok in=0 out=0",
        ]
    );
    assert!(shape[5].starts_with("called_later in=<") && shape[5].ends_with("out=3"), "{tree}");
}

#[test]
fn timeouts_and_panics_in_tasks_are_recorded() {
    #[chain]
    async fn slow() {
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
    #[chain]
    async fn breaks() {
        panic!("in a task");
    }
    #[agent]
    async fn supervises() {
        assert!(tokio::time::timeout(Duration::from_millis(1), slow()).await.is_err());
        let panicked = tokio::spawn(breaks().in_current_span()).await.unwrap_err();
        assert!(panicked.is_panic());
    }
    let tree = traced(|| block_on_threads(supervises()));
    let lines: Vec<&str> = tree.lines().collect();
    assert_eq!(
        lines[..4],
        [
            "supervises [AGENT] ok in={}",
            "  slow [CHAIN] unset in={}",
            "    !cancelled",
            "  breaks [CHAIN] error(panic: in a task) in={}",
        ]
    );
    assert!(lines[4].starts_with("    !exception | panic | in a task | at "), "{}", lines[4]);
}

#[chain]
fn same() -> impl for<'a> Fn(&'a str) -> &'a str {
    leaf();
    |text| text
}

#[chain(skip_output)]
fn curried(fail: bool) -> impl Fn(u8) -> Box<dyn Fn(u8) -> u8> {
    assert!(!fail, "no closure");
    |_| Box::new(|b| b)
}

#[chain(output = |twice: &_| apply(twice))]
fn twice() -> impl Fn(u8) -> u8 {
    |n| n * 2
}

#[chain(skip_output)]
async fn trimmer() -> impl for<'a> Fn(&'a str) -> &'a str {
    fn trim(text: &str) -> &str {
        text.trim()
    }
    trim
}

fn apply(function: &impl Fn(u8) -> u8) -> u8 {
    function(2)
}

#[chain]
fn leaf() {}

#[test]
fn returned_closure_has_the_signature_of_the_return_type() {
    let tree = traced(|| {
        assert_eq!(same()("a"), "a");
        assert_eq!(curried(false)(1)(2), 2);
        assert_eq!(twice()(3), 6);
        assert_eq!(integration_tests::block_on(trimmer())(" a"), "a");
        std::panic::catch_unwind(|| drop(curried(true))).unwrap_err();
    });
    let (before, after) = tree.rsplit_once(" | at ").unwrap();
    assert!(after.contains("signatures.rs"), "{after}");
    assert_eq!(
        before,
        "same [CHAIN] ok in={}
  leaf [CHAIN] ok in={}
curried [CHAIN] ok in=false
twice [CHAIN] ok in={} out=4
trimmer [CHAIN] ok in={}
curried [CHAIN] error(panic: no closure) in=true
  !exception | panic | no closure"
    );
}

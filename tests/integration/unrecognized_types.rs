//! Futures and streams whose types the macros do not recognize by their spelling: behind aliases,
//! with names of their own, and in boxes without `Pin`.

use futures_util::{Stream, StreamExt, stream};
use integration_tests::{Program, block_on, traced};
use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::task::{Context, Poll};
use trace_runtime::chain;

#[chain]
fn inner(n: u32) -> u32 {
    n
}

type Answer<'a> = Pin<Box<dyn Future<Output = Result<u8, String>> + Send + 'a>>;

#[chain]
fn behind_alias(n: &u8) -> Answer<'_> {
    Box::pin(async move {
        tokio::task::yield_now().await;
        inner(2);
        if *n == 0 { Err("zero".to_owned()) } else { Ok(*n) }
    })
}

#[chain]
async fn behind_alias_later(n: u8) -> Answer<'static> {
    tokio::task::yield_now().await;
    Box::pin(async move { Err(inner(n.into()).to_string()) })
}

#[chain(output = |found: &u8| found + 1)]
fn generic<T: Into<u8> + Copy + Send + Sync + 'static>(n: T) -> Local<u8> {
    Box::pin(async move { n.into() })
}

type Local<T> = Pin<Box<dyn Future<Output = T>>>;

#[test]
fn boxed_future_behind_an_alias_is_traced_to_its_end() {
    let tree = traced(|| {
        block_on(async {
            behind_alias(&1).await.unwrap();
            behind_alias(&0).await.unwrap_err();
            behind_alias_later(7).await.await.unwrap_err();
            assert_eq!(generic(1_u8).await, 1);
            drop(behind_alias(&3));
        });
    });
    assert_eq!(
        tree,
        r"behind_alias [CHAIN] ok in=1 out=1
  inner [CHAIN] ok in=2 out=2
behind_alias [CHAIN] error(String: zero) in=0
  !exception | alloc::string::String | zero
  inner [CHAIN] ok in=2 out=2
behind_alias_later [CHAIN] error(String: 7) in=7
  !exception | alloc::string::String | 7
  inner [CHAIN] ok in=7 out=7
generic [CHAIN] ok in=<u8> out=2
behind_alias [CHAIN] unset in=3
  !cancelled
"
    );
}

#[chain]
async fn returns_future(n: u8) -> impl Future<Output = Result<u8, String>> {
    async move { Err(n.to_string()) }
}

#[test]
fn future_of_an_async_function_is_traced_to_its_end() {
    let tree = traced(|| {
        block_on(async { returns_future(4).await.await.unwrap_err() });
    });
    assert!(tree.starts_with("returns_future [CHAIN] error(String: 4) in=4\n"), "{tree}");
}

#[chain]
fn named(fail: bool) -> Ready<Result<u8, String>> {
    ready(if fail { Err("late".to_owned()) } else { Ok(1) })
}

type Checked<F> = Result<F, String>;

#[chain(skip_output)]
fn named_in_result(fail: bool) -> Checked<Ready<u8>> {
    if fail { Err("early".to_owned()) } else { Ok(ready(2)) }
}

#[chain(skip_output)]
async fn spawned(n: u32) -> tokio::task::JoinHandle<u32> {
    tokio::spawn(async move { inner(n) })
}

#[chain(skip_output)]
fn lent(future: &mut Ready<u8>) -> &mut Ready<u8> {
    future
}

#[test]
fn future_of_a_named_type_has_an_event_that_it_is_not_traced() {
    let tree = traced(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            named(true).await.unwrap_err();
            assert_eq!(named_in_result(false).unwrap().await, 2);
            named_in_result(true).map(drop).unwrap_err();
            assert_eq!(spawned(5).await.await.unwrap(), 5);
            assert_eq!(lent(&mut ready(6)).await, 6);
        });
    });
    assert_eq!(
        tree,
        r#"named [CHAIN] ok in=true out=Ready(Some(Err("late")))
  !future not traced
named_in_result [CHAIN] ok in=false
  !future not traced
named_in_result [CHAIN] error(String: early) in=true
  !exception | alloc::string::String | early
spawned [CHAIN] ok in=5
  !future not traced
inner [CHAIN] ok in=5 out=5
lent [CHAIN] ok in=Ready(Some(6))
"#
    );
}

#[chain]
fn not_pinned(n: u8) -> Box<dyn Future<Output = u8> + Send> {
    Box::new(async move { n })
}

type NotPinned = Box<dyn Future<Output = u8> + Send + Sync>;

#[chain]
fn not_pinned_behind_an_alias(n: u8) -> NotPinned {
    Box::new(async move { n })
}

#[chain]
fn not_pinned_stream(n: u8) -> Box<dyn Stream<Item = u8> + Send> {
    Box::new(stream::once(async move { n }))
}

#[test]
fn box_without_pin_is_traced_to_its_end() {
    let tree = traced(|| {
        block_on(async {
            assert_eq!(Box::into_pin(not_pinned(1)).await, 1);
            assert_eq!(Box::into_pin(not_pinned_behind_an_alias(2)).await, 2);
            assert_eq!(Box::into_pin(not_pinned_stream(3)).next().await, Some(3));
        });
    });
    assert_eq!(
        tree,
        "not_pinned [CHAIN] ok in=1 out=1
not_pinned_behind_an_alias [CHAIN] ok in=2 out=2
not_pinned_stream [CHAIN] unset in=3 out=[3]
  !First Token Stream Event
  !cancelled
"
    );
}

#[test]
fn unsampled_future_behind_an_alias_has_no_sampled_child() {
    let program = Program::start_with(|builder| builder.sample_ratio(0.0));
    block_on(behind_alias(&1)).unwrap();
    block_on(async { behind_alias_later(1).await.await.unwrap_err() });
    assert_eq!(program.tree(), "");
}

struct Numbers(u8);

impl Stream for Numbers {
    type Item = u8;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<u8>> {
        self.0 += 1;
        Poll::Ready(Some(self.0))
    }
}

impl Numbers {
    #[chain(skip(by))]
    fn advance(&mut self, by: u8) -> &mut Self {
        self.0 += by;
        self
    }

    #[chain]
    fn lend(&self) -> Result<&Self, String> {
        Ok(self)
    }
}

#[chain(skip_output)]
fn named_stream(n: u8) -> Numbers {
    Numbers(n)
}

#[chain(output = |numbers: &Numbers| numbers.0)]
async fn named_stream_later(n: u8) -> Result<Numbers, String> {
    Ok(Numbers(n))
}

#[test]
fn named_stream_with_skip_output_or_output_is_accepted() {
    let tree = traced(|| {
        assert_eq!(block_on(named_stream(1).next()), Some(2));
        assert_eq!(block_on(named_stream_later(4)).unwrap().0, 4);
    });
    assert_eq!(tree, "named_stream [CHAIN] ok in=1\nnamed_stream_later [CHAIN] ok in=4 out=4\n");
}

#[test]
fn borrowed_stream_is_a_plain_value() {
    let tree = traced(|| {
        let mut numbers = Numbers(0);
        assert_eq!(block_on(numbers.advance(2).next()), Some(3));
        assert_eq!(numbers.lend().unwrap().0, 3);
    });
    assert_eq!(
        tree,
        "Numbers::advance [CHAIN] ok in={} out=<Numbers>\nNumbers::lend [CHAIN] ok in={} out=<Numbers>\n"
    );
}

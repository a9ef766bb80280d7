//! Futures and streams of a traced call, which are traced to their end.

use super::{Client, Overloaded, request};
use futures_util::stream;
use futures_util::{Stream, StreamExt};
use integration_tests::{Program, block_on, traced};
use std::pin::Pin;
use trace_runtime::traced;

#[test]
fn receiver_that_is_a_temporary_lives_until_the_future_ends() {
    let client = Client::new();
    let tree = traced(|| {
        block_on(async {
            traced!(llm, client.chat().create(request("why")).await).unwrap();
        });
    });
    assert_eq!(tree, "create [LLM] ok in={\"arg0\":{\"prompt\":\"why\"}} out=why after 0\n");
}

#[test]
fn boxed_stream_keeps_its_type_and_is_traced_to_its_end() {
    type Words = Pin<Box<dyn Stream<Item = String> + Send>>;
    async fn ask(client: &Client, text: &str) -> Result<Words, Overloaded> {
        traced!(llm, client.words(text).await)
    }
    let client = Client::new();
    let tree = traced(|| {
        block_on(async {
            let words: Vec<String> = ask(&client, "a b").await.unwrap().collect().await;
            assert_eq!(words, ["a", "b"]);
            let mut dropped = traced!(llm, client.words("c d").await).unwrap();
            assert_eq!(dropped.next().await.as_deref(), Some("c"));
        });
    });
    assert_eq!(
        tree,
        r#"words [LLM] ok in={"text":"a b"} out=ab
  !First Token Stream Event
words [LLM] unset in={"arg0":"c d"} out=c
  !First Token Stream Event
  !cancelled
"#
    );
}

#[test]
fn stream_of_a_named_type_is_traced_to_its_end() {
    fn numbers(upto: u8) -> stream::Iter<std::ops::Range<u8>> {
        stream::iter(0..upto)
    }
    fn checked(upto: u8) -> Result<stream::Iter<std::ops::Range<u8>>, Overloaded> {
        if upto > 9 { Err(Overloaded) } else { Ok(numbers(upto)) }
    }
    fn add(sum: &mut u32, n: &u8) {
        *sum += u32::from(*n);
    }
    let tree = traced(|| {
        block_on(async {
            assert_eq!(traced!(llm, numbers(3)).count().await, 3);
            assert_eq!(traced!(llm(collect = add), checked(4)).unwrap().count().await, 4);
            assert_eq!(traced!(llm(skip_output), numbers(2)).count().await, 2);
            assert!(traced!(llm, checked(10)).is_err());
            // The option `output` keeps the type of the stream.
            let named: stream::Iter<_> = traced!(llm(output = |_| "stream"), numbers(1));
            assert_eq!(named.count().await, 1);
        });
    });
    assert_eq!(
        tree,
        r#"numbers [LLM] ok in={"arg0":3} out=[0,1,2]
  !First Token Stream Event
checked [LLM] ok in={"arg0":4} out=6
  !First Token Stream Event
numbers [LLM] ok in={"arg0":2}
  !First Token Stream Event
checked [LLM] error(Overloaded: overloaded) in={"arg0":10}
  !exception | integration::traced_expressions::Overloaded | overloaded
numbers [LLM] ok in={"arg0":1} out=stream
"#
    );
}

#[test]
fn future_that_is_awaited_later_is_traced_to_its_end() {
    let client = Client::new();
    let tree = traced(|| {
        block_on(async {
            let future = traced!(llm, client.exec_chat("m", request("q"), Some(1)));
            assert_eq!(future.await.unwrap(), "m: q Some(1)");
        });
    });
    assert_eq!(
        tree,
        r#"exec_chat [LLM] ok in={"arg0":"m","arg1":{"prompt":"q"},"arg2":1} out=m: q Some(1)
"#
    );
}

#[test]
fn future_that_is_dropped_is_cancelled() {
    let tree = traced(|| {
        block_on(async {
            let mut future = Box::pin(async { traced!(llm, std::future::pending::<u8>().await) });
            assert!(futures_util::poll!(&mut future).is_pending());
        });
    });
    assert_eq!(tree, "pending [LLM] unset in={}\n  !cancelled\n");
}

#[test]
fn future_of_a_traced_call_is_send() {
    let _lock = Program::lock(); // otherwise the trace of a parallel test has these spans too
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let client = Client::new();
    let answer = block_on(is_send(async {
        let text = traced!(llm, client.words("a b").await).unwrap().collect::<Vec<_>>().await;
        let request = request(&text.join(" "));
        traced!(llm, client.exec_chat("m", request, None).await)
    }));
    assert_eq!(answer.unwrap(), "m: a b None");
}

//! Functions that return streams: the span lasts until the stream ends.

use async_stream::{stream, try_stream};
use futures_util::stream::{BoxStream, Stream, StreamExt};
use integration_tests::{block_on, traced};
use serde::Serialize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use trace_runtime::{agent, chain, llm, tool};

#[chain]
fn inner(n: u32) -> u32 {
    n
}

#[tool]
fn consumer(n: u32) {
    let _ = n;
}

#[llm]
fn words(prompt: &str) -> impl Stream<Item = String> + use<> {
    let prompt = prompt.to_owned();
    stream! {
        for word in prompt.split_inclusive(' ') {
            inner(0);
            tokio::task::yield_now().await;
            yield word.to_owned();
        }
    }
}

#[test]
fn text_chunks_are_joined_and_consumers_are_siblings() {
    #[agent]
    async fn reads() {
        let mut words = pin!(words("to be"));
        while words.next().await.is_some() {
            consumer(1);
        }
    }
    assert_eq!(
        traced(|| block_on(reads())),
        r#"reads [AGENT] ok in={}
  words [LLM] ok in={"prompt":"to be"} out=to be
    !First Token Stream Event
    inner [CHAIN] ok in=0 out=0
    inner [CHAIN] ok in=0 out=0
  consumer [TOOL] ok in={"n":1}
  consumer [TOOL] ok in={"n":1}
"#
    );
}

#[derive(Serialize)]
struct Chunk {
    delta: &'static str,
}

#[chain]
fn chunks() -> Pin<Box<dyn Stream<Item = Chunk> + Send>> {
    Box::pin(stream! {
        yield Chunk { delta: "a" };
        yield Chunk { delta: "b" };
    })
}

fn join(text: &mut String, chunk: &Chunk) {
    text.push_str(chunk.delta);
}

#[chain(collect = join)]
fn joined() -> BoxStream<'static, Chunk> {
    chunks()
}

#[chain(skip_output)]
fn silent() -> impl Stream<Item = Chunk> {
    chunks()
}

#[test]
fn other_items_form_a_list_unless_collected() {
    let tree = traced(|| {
        block_on(async {
            assert_eq!(joined().count().await, 2);
            assert_eq!(pin!(silent()).count().await, 2);
        });
    });
    assert_eq!(
        tree,
        r#"joined [CHAIN] ok in={} out=ab
  !First Token Stream Event
  chunks [CHAIN] ok in={} out=[{"delta":"a"},{"delta":"b"}]
    !First Token Stream Event
silent [CHAIN] ok in={}
  !First Token Stream Event
  chunks [CHAIN] ok in={} out=[{"delta":"a"},{"delta":"b"}]
    !First Token Stream Event
"#
    );
}

#[chain]
async fn from_async(fail: bool) -> Result<impl Stream<Item = Result<u8, String>>, String> {
    inner(1);
    tokio::task::yield_now().await;
    if fail {
        return Err("no stream".to_owned());
    }
    Ok(try_stream! {
        inner(2);
        yield 1;
        Err("one is bad")?;
        yield 2;
    })
}

#[chain(collect = count)]
async fn counted() -> BoxStream<'static, Result<u8, String>> {
    futures_util::stream::iter([Ok(1), Err("bad".to_owned()), Ok(2)]).boxed()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that `collect` takes")]
fn count(sum: &mut u32, item: &u8) {
    *sum += u32::from(*item);
}

#[test]
fn async_function_passes_its_span_to_the_stream() {
    let tree = traced(|| {
        block_on(async {
            assert_eq!(from_async(false).await.unwrap().count().await, 2);
            assert!(from_async(true).await.is_err());
            assert_eq!(counted().await.count().await, 3);
        });
    });
    assert_eq!(
        tree,
        "from_async [CHAIN] error(String: one is bad) in=false out=[1]
  !First Token Stream Event
  !exception | alloc::string::String | one is bad
  inner [CHAIN] ok in=1 out=1
  inner [CHAIN] ok in=2 out=2
from_async [CHAIN] error(String: no stream) in=true
  !exception | alloc::string::String | no stream
  inner [CHAIN] ok in=1 out=1
counted [CHAIN] error(String: bad) in={} out=3
  !First Token Stream Event
  !exception | alloc::string::String | bad
"
    );
}

#[test]
fn interleaved_streams_keep_their_children() {
    let tree = traced(|| {
        block_on(async {
            let (mut a, mut b) = (pin!(words("a a")), pin!(words("b b")));
            while a.next().await.is_some() && b.next().await.is_some() {
                consumer(0);
            }
        });
    });
    assert_eq!(
        tree,
        r#"words [LLM] ok in={"prompt":"a a"} out=a a
  !First Token Stream Event
  inner [CHAIN] ok in=0 out=0
  inner [CHAIN] ok in=0 out=0
words [LLM] unset in={"prompt":"b b"} out=b b
  !First Token Stream Event
  !cancelled
  inner [CHAIN] ok in=0 out=0
  inner [CHAIN] ok in=0 out=0
consumer [TOOL] ok in={"n":0}
consumer [TOOL] ok in={"n":0}
"#
    );
}

#[test]
fn stream_dropped_early_keeps_received_items() {
    let tree = traced(|| {
        block_on(async { assert!(pin!(words("to be or not")).next().await.is_some()) });
        drop(words("never polled"));
    });
    assert_eq!(
        tree,
        r#"words [LLM] unset in={"prompt":"to be or not"} out=to 
  !First Token Stream Event
  !cancelled
  inner [CHAIN] ok in=0 out=0
"#
    );
}

#[chain]
fn panics() -> impl Stream<Item = &'static str> {
    stream! {
        yield "before";
        panic!("in a stream");
    }
}

#[test]
fn panic_in_a_stream_keeps_received_items() {
    let tree = traced(|| {
        catch_unwind(AssertUnwindSafe(|| block_on(pin!(panics()).count()))).unwrap_err();
    });
    let lines: Vec<&str> = tree.lines().collect();
    assert_eq!(
        lines[..2],
        [
            "panics [CHAIN] error(panic: in a stream) in={} out=before",
            "  !First Token Stream Event"
        ]
    );
    assert!(lines[2].starts_with("  !exception | panic | in a stream | at "), "{}", lines[2]);
}

#[chain]
fn endless() -> impl Stream<Item = String> {
    futures_util::stream::repeat_with(|| "x".repeat(1 << 16))
}

#[test]
fn recorded_output_is_bounded() {
    let tree = traced(|| block_on(pin!(endless()).take(100).count()));
    assert!(tree.len() < (1 << 20) + 1000, "{}", tree.len());
    assert!(tree.contains("bytes missing]"));
}

//! Functions that return a future without being `async`, and async methods of traits.

use futures_util::future::{BoxFuture, FutureExt};
use integration_tests::{Program, block_on, traced};
use std::cell::Cell;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use trace_runtime::{agent, chain, llm, tool};

thread_local! {
    static PROLOGUES: Cell<u32> = const { Cell::new(0) };
}

#[chain]
fn inner(n: u32) -> u32 {
    n
}

#[llm]
fn bare(prompt: &str) -> impl Future<Output = Result<usize, String>> + Send + use<> {
    PROLOGUES.set(PROLOGUES.get() + 1);
    let length = prompt.len();
    async move {
        tokio::task::yield_now().await;
        inner(1);
        if length == 0 {
            return Err("empty".into());
        }
        Ok(length)
    }
}

#[chain]
fn pinned<'a>(text: &'a mut String) -> Pin<Box<dyn Future<Output = &'a str> + Send + 'a>> {
    let before = text.len();
    text.push('!');
    Box::pin(async move {
        assert_eq!(text.len(), before + 1);
        text.as_str()
    })
}

#[agent]
fn aliased(n: u8) -> BoxFuture<'static, u8> {
    if n == 0 {
        return async { 0 }.boxed();
    }
    Box::pin(async move { n })
}

#[chain]
fn unpinned() -> Box<dyn Future<Output = u8> + Unpin> {
    Box::new(std::future::ready(3))
}

#[chain]
fn checked(ok: bool) -> Result<impl Future<Output = u8>, String> {
    if !ok {
        Err(String::from("refused"))?;
    }
    Ok(async { 1 })
}

#[test]
fn span_covers_the_returned_future() {
    let tree = traced(|| {
        block_on(async {
            bare("four").await.unwrap();
            bare("").await.unwrap_err();
            assert_eq!(pinned(&mut "a".to_owned()).await, "a!");
            assert_eq!((aliased(0).await, aliased(2).await, unpinned().await), (0, 2, 3));
            assert_eq!(checked(true).unwrap().await, 1);
            checked(false).map(drop).unwrap_err();
        });
    });
    assert_eq!(
        tree,
        r#"bare [LLM] ok in={"prompt":"four"} out=4
  inner [CHAIN] ok in=1 out=1
bare [LLM] error(String: empty) in={"prompt":""}
  !exception | alloc::string::String | empty
  inner [CHAIN] ok in=1 out=1
pinned [CHAIN] ok in=a out=a!
aliased [AGENT] ok in=0 out=0
aliased [AGENT] ok in=2 out=2
unpinned [CHAIN] ok in={} out=3
checked [CHAIN] ok in=true out=1
checked [CHAIN] error(String: refused) in=false
  !exception | alloc::string::String | refused
"#
    );
}

#[test]
fn statements_before_the_future_run_at_the_call() {
    let before = PROLOGUES.get();
    assert_eq!(traced(|| drop(bare("never polled"))), "");
    assert_eq!(PROLOGUES.get(), before + 1);
}

#[chain]
fn dropped_early() -> impl Future<Output = ()> {
    async {
        tokio::task::yield_now().await;
    }
}

#[chain]
fn panics() -> BoxFuture<'static, ()> {
    Box::pin(async { panic!("inside") })
}

#[test]
fn cancelled_and_panicking_futures_match_async_functions() {
    let tree = traced(|| {
        assert!(dropped_early().now_or_never().is_none());
        catch_unwind(AssertUnwindSafe(|| block_on(panics()))).unwrap_err();
    });
    let lines: Vec<&str> = tree.lines().collect();
    assert_eq!(
        lines[..3],
        [
            "dropped_early [CHAIN] unset in={}",
            "  !cancelled",
            "panics [CHAIN] error(panic: inside) in={}"
        ]
    );
    assert!(lines[3].starts_with("  !exception | panic | inside | at "), "{}", lines[3]);
}

struct Counting(Rc<Cell<u32>>);

impl serde::Serialize for Counting {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.set(self.0.get() + 1);
        serializer.serialize_unit()
    }
}

#[chain]
fn captures(value: Counting) -> impl Future<Output = ()> {
    async move { drop(value) }
}

#[test]
fn unsampled_call_captures_nothing() {
    let count = Rc::new(Cell::new(0));
    {
        let _program = Program::start_with(|builder| builder.sample_ratio(0.0));
        block_on(captures(Counting(Rc::clone(&count))));
    }
    assert_eq!(count.get(), 0);
    let _program = Program::start();
    block_on(captures(Counting(Rc::clone(&count))));
    assert_eq!(count.get(), 1);
}

trait Native {
    async fn native(&mut self, by: u32) -> u32;

    fn sent(&self, n: u32) -> impl Future<Output = u32> + Send;

    #[chain]
    async fn defaulted(&mut self) -> u32 {
        self.native(1).await
    }
}

struct Counter(u32);

impl Native for Counter {
    #[tool]
    async fn native(&mut self, by: u32) -> u32 {
        self.0 += by;
        self.0
    }

    #[chain]
    fn sent(&self, n: u32) -> impl Future<Output = u32> + Send {
        let count = self.0;
        async move { count + n }
    }
}

#[test]
fn native_async_trait_methods_are_traced() {
    let tree = traced(|| {
        block_on(async {
            let mut counter = Counter(0);
            assert_eq!(counter.defaulted().await, 1);
            assert_eq!(counter.sent(2).await, 3);
        });
    });
    assert_eq!(
        tree,
        r#"Counter::defaulted [CHAIN] ok in={} out=1
  Counter::native [TOOL] ok in={"by":1} out=1
Counter::sent [CHAIN] ok in=2 out=3
"#
    );
}

#[async_trait::async_trait]
trait Boxed: Sync {
    async fn ask(&self, question: &str) -> Result<String, std::num::ParseIntError>;

    #[agent]
    async fn ask_twice(&self, question: &str) -> Result<String, std::num::ParseIntError> {
        let first = self.ask(question).await?;
        Ok(first + &self.ask("x").await?)
    }
}

struct Numbers;

#[async_trait::async_trait]
impl Boxed for Numbers {
    #[llm]
    async fn ask(&self, question: &str) -> Result<String, std::num::ParseIntError> {
        let number: u32 = question.parse()?;
        tokio::task::yield_now().await;
        Ok(number.to_string())
    }
}

#[test]
fn async_trait_methods_are_traced() {
    let tree = traced(|| block_on(Numbers.ask_twice("7")).unwrap_err());
    assert_eq!(
        tree,
        r#"Numbers::ask_twice [AGENT] error(ParseIntError: invalid digit found in string) in=7
  !exception | core::num::error::ParseIntError | invalid digit found in string
  Numbers::ask [LLM] ok in={"question":"7"} out=7
  Numbers::ask [LLM] error(ParseIntError: invalid digit found in string) in={"question":"x"}
    !exception | core::num::error::ParseIntError | invalid digit found in string
"#
    );
}

#[async_trait::async_trait]
trait Ignores {
    async fn ignore(&self, ignored: u8, pair: (u8, u8), text: &str) -> u8;

    async fn destructure(&self, day: Day, hours: [u8; 2], (n, _m): (&u8, u8)) -> u8;
}

struct Day {
    n: u8,
    name: String,
}

#[async_trait::async_trait]
impl Ignores for Numbers {
    #[chain]
    async fn ignore(&self, _: u8, (a, b): (u8, u8), _text: &str) -> u8 {
        a + b
    }

    #[chain(skip(m))]
    async fn destructure(
        &self,
        Day { n: mut day, name }: Day,
        whole @ [first, m]: [u8; 2],
        (&n, _): (&u8, u8),
    ) -> u8 {
        day += n;
        drop(name);
        day + first + m + whole[0]
    }
}

#[test]
fn async_trait_method_with_patterns_records_the_names_that_they_bind() {
    let day = Day { n: 1, name: "mon".to_owned() };
    let tree = traced(|| {
        assert_eq!(block_on(Numbers.ignore(1, (2, 3), "t")), 5);
        assert_eq!(block_on(Numbers.destructure(day, [4, 5], (&6, 7))), 20);
    });
    // The pattern with `&` has been matched once and cannot be matched again.
    assert_eq!(
        tree,
        r#"Numbers::ignore [CHAIN] ok in={"a":2,"b":3,"_text":"t"} out=5
Numbers::destructure [CHAIN] ok in={"day":1,"name":"mon","whole":[4,5],"first":4} out=20
"#
    );
}

#[chain]
#[tokio::main(flavor = "current_thread")]
async fn over_another_macro(n: u8) -> u8 {
    under_another_macro_async(n).await
}

#[tokio::main(flavor = "current_thread")]
#[chain]
async fn under_another_macro(n: u8) -> u8 {
    under_another_macro_async(n).await
}

// The upper attribute is expanded first, so its span is the inner one.
#[chain]
#[agent]
async fn under_another_macro_async(n: u8) -> u8 {
    tokio::task::yield_now().await;
    n
}

#[test]
fn other_attribute_macros_work_on_either_side() {
    let tree = traced(|| over_another_macro(1) + under_another_macro(2));
    let expected = |name: &str, n: u8| {
        format!(
            r"{name} [CHAIN] ok in={n} out={n}
  under_another_macro_async [AGENT] ok in={n} out={n}
    under_another_macro_async [CHAIN] ok in={n} out={n}
"
        )
    };
    assert_eq!(tree, expected("over_another_macro", 1) + &expected("under_another_macro", 2));
}

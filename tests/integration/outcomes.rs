//! Status and events of spans by the way their call ends: result, error, panic, cancellation.

use integration_tests::{Program, block_on, traced};
use std::error::Error;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;
use trace_runtime::{agent, chain, llm};

#[derive(Debug)]
struct Outer(std::num::ParseIntError);

impl fmt::Display for Outer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no number")
    }
}

impl Error for Outer {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

#[chain]
fn own(text: &str) -> Result<i32, Outer> {
    text.parse().map_err(Outer)
}

#[chain]
async fn any(text: &str) -> anyhow::Result<i32> {
    let number: i32 = own(text)?;
    Ok(number)
}

#[chain]
fn boxed(text: &str) -> Result<i32, Box<dyn Error>> {
    Ok(text.parse::<i32>()?)
}

#[chain]
fn text(text: &str) -> Result<(), String> {
    if text == "x" {
        return Err("early".to_owned());
    }
    Ok(())
}

struct Silent;

#[chain]
fn silent() -> Result<(), Silent> {
    Err(Silent)
}

#[test]
fn error_records_type_message_and_sources() {
    let tree = traced(|| {
        assert!(block_on(any("x")).is_err());
        assert!(boxed("x").is_err());
        assert!(text("x").is_err() && text("y").is_ok());
        assert!(silent().is_err());
    });
    assert_eq!(
        tree,
        "any [CHAIN] error(Error: no number) in=x
  !exception | anyhow::Error | no number | caused by 1: invalid digit found in string
  own [CHAIN] error(Outer: no number) in=x
    !exception | integration::outcomes::Outer | no number | caused by 1: invalid digit found in string
boxed [CHAIN] error(Box<dyn Error>: invalid digit found in string) in=x
  !exception | alloc::boxed::Box<dyn core::error::Error> | invalid digit found in string
text [CHAIN] error(String: early) in=x
  !exception | alloc::string::String | early
text [CHAIN] ok in=y
silent [CHAIN] error(Silent: <Silent>) in={}
  !exception | integration::outcomes::Silent | <Silent>
"
    );
}

struct Borrowed<'a>(&'a str);

impl fmt::Debug for Borrowed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Display for Borrowed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for Borrowed<'_> {}

#[chain]
fn borrowed(text: &str) -> Result<(), Borrowed<'_>> {
    Err(Borrowed(text))
}

#[chain]
fn boxed_borrowed<'a>(text: &'a str) -> Result<(), Box<dyn Error + Send + 'a>> {
    Err(Box::new(Borrowed(text)))
}

#[test]
fn borrowing_error_is_recorded() {
    let tree = traced(|| {
        let local = String::from("mine");
        assert!(borrowed(&local).is_err() && boxed_borrowed(&local).is_err());
    });
    assert_eq!(
        tree,
        "borrowed [CHAIN] error(Borrowed<'_>: mine) in=mine
  !exception | integration::outcomes::Borrowed<'_> | mine
boxed_borrowed [CHAIN] error(Box<dyn Error + Send>: mine) in=mine
  !exception | alloc::boxed::Box<dyn core::error::Error + core::marker::Send> | mine
"
    );
}

thread_local! {
    static PLACE: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

#[llm]
fn panics(code: u8) -> ! {
    PLACE.set(line!() + 1);
    panic!("code {code}")
}

#[agent]
async fn awaits_a_panic() {
    tokio::task::yield_now().await;
    panics(7)
}

#[test]
fn panic_is_recorded_with_its_location_and_resumed() {
    let tree = traced(|| {
        let caught = catch_unwind(AssertUnwindSafe(|| block_on(awaits_a_panic())));
        let payload = caught.unwrap_err();
        assert_eq!(payload.downcast_ref::<String>().unwrap(), "code 7");
    });
    let at = format!("at {}:{}:5", file!(), PLACE.get());
    assert_eq!(
        tree,
        format!(
            "awaits_a_panic [AGENT] error(panic: code 7) in={{}}
  !exception | panic | code 7 | {at}
  panics [LLM] error(panic: code 7) in={{\"code\":7}}
    !exception | panic | code 7 | {at}
"
        )
    );
}

#[chain]
async fn slow() -> u8 {
    let _guard = Guard;
    tokio::time::sleep(Duration::from_secs(60)).await;
    1
}

struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        clean_up();
    }
}

#[chain]
fn clean_up() {}

#[test]
fn future_dropped_early_is_cancelled_and_parents_its_destructors() {
    let tree = traced(|| {
        block_on(async {
            tokio::select! {
                biased;
                _ = slow() => {}
                () = std::future::ready(()) => {}
            }
        });
    });
    assert_eq!(
        tree,
        "slow [CHAIN] unset in={}
  !cancelled
  clean_up [CHAIN] ok in={}
"
    );
}

#[test]
fn future_never_polled_has_no_span() {
    assert_eq!(traced(|| drop(slow())), "");
}

#[chain]
async fn early(number: i32) -> Option<i32> {
    if number < 0 {
        return None;
    }
    let half = (number % 2 == 0).then_some(number / 2)?;
    Some(half)
}

#[test]
fn early_return_ends_the_span() {
    let tree = traced(|| block_on(async { (early(-1).await, early(3).await, early(4).await) }));
    assert_eq!(
        tree,
        "early [CHAIN] ok in=-1 out=null
early [CHAIN] ok in=3 out=null
early [CHAIN] ok in=4 out=2
"
    );
}

#[chain]
fn ends_in_a_destructor() -> &'static str {
    "done"
}

#[test]
fn call_during_unwinding_is_recorded_as_ok() {
    struct Finishes;
    impl Drop for Finishes {
        fn drop(&mut self) {
            ends_in_a_destructor();
        }
    }
    let program = Program::start();
    let caught = catch_unwind(|| {
        let _finishes = Finishes;
        panic!("elsewhere")
    });
    assert!(caught.is_err());
    assert_eq!(program.tree(), "ends_in_a_destructor [CHAIN] ok in={} out=done\n");
}

struct PanicsWhenDropped;

impl Drop for PanicsWhenDropped {
    fn drop(&mut self) {
        panic!("while dropped");
    }
}

#[chain]
async fn holds(_value: u8) {
    let _guard = PanicsWhenDropped;
    std::future::pending::<()>().await;
}

#[test]
fn future_panicking_while_dropped_keeps_its_span() {
    let tree = traced(|| {
        let mut future = Box::pin(holds(1));
        assert!(futures_util::FutureExt::now_or_never(future.as_mut()).is_none());
        catch_unwind(AssertUnwindSafe(|| drop(future))).unwrap_err();
    });
    assert!(tree.starts_with("holds [CHAIN] error(panic: while dropped) in=1"), "{tree}");
}

//! Results of a traced call: values, errors and panics.

use super::{Client, Overloaded, double, request};
use futures_util::{StreamExt, stream};
use integration_tests::{Program, block_on, traced};
use std::fmt::Debug;
use trace_runtime::traced;

#[test]
fn question_mark_after_the_macro_returns_the_recorded_error() {
    async fn ask(client: &Client) -> Result<String, Overloaded> {
        let answer = traced!(llm, client.chat().create(request("too much")).await)?;
        Ok(answer + "!")
    }
    let tree = traced(|| assert_eq!(block_on(ask(&Client::new())), Err(Overloaded)));
    assert_eq!(
        tree,
        r#"create [LLM] error(Overloaded: overloaded) in={"arg0":{"prompt":"too much"}}
  !exception | integration::traced_expressions::Overloaded | overloaded
"#
    );
}

#[test]
fn conversion_of_the_result_is_part_of_the_call_before_it() {
    let client = Client::new();
    let tree = traced(|| {
        block_on(async {
            let failed = traced!(
                llm(skip_all),
                client.chat().create(request("too much")).await.map_err(|error| error.to_string())
            );
            assert_eq!(failed, Err("overloaded".to_owned()));
        });
    });
    assert_eq!(
        tree,
        "create [LLM] error(String: overloaded)
  !exception | alloc::string::String | overloaded
"
    );
}

#[test]
fn panic_in_the_call_is_recorded_and_continues() {
    fn fail(text: &str) -> u8 {
        panic!("no {text}")
    }
    let tree = traced(|| {
        let result = std::panic::catch_unwind(|| traced!(tool, fail("luck")));
        assert!(result.is_err());
    });
    assert!(
        tree.starts_with("fail [TOOL] error(panic: no luck) in={\"arg0\":\"luck\"}\n"),
        "{tree}"
    );
}

#[test]
fn traced_call_without_a_registration_returns_its_value() {
    let _lock = Program::lock();
    let client = Client::new();
    block_on(async {
        assert_eq!(traced!(llm, client.words("a b").await).unwrap().count().await, 2);
        assert_eq!(traced!(llm, stream::iter([1, 2])).count().await, 2);
        assert_eq!(traced!(llm, async { 1 }).await, 1);
    });
    assert_eq!(traced!(chain, double(2)), 4);
}

#[test]
fn value_coerces_as_without_the_macro() {
    let _lock = Program::lock(); // otherwise the trace of a parallel test has these spans too
    fn boxed(n: u8) -> Box<u8> {
        Box::new(n)
    }
    let shown: Box<dyn Debug> = traced!(chain, boxed(1));
    assert_eq!(format!("{shown:?}"), "1");
}

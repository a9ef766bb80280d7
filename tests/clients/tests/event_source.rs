//! Server-sent events: `eventsource-stream` over a traced response, and the crate
//! `reqwest-eventsource`, which sends its requests itself.

use clients::Billing;
use eventsource_stream::Eventsource;
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt, TryStreamExt};
use integration_tests::{Program, block_on};
use reqwest_eventsource::{Event, EventSource};
use serde_json::{Value, json};
use trace_runtime::llm;
use trace_runtime::reqwest::SendTraced;

fn body() -> Value {
    json!({
        "model": "gpt-4o",
        "messages": [{ "role": "user", "content": "Hi" }],
        "stream": true,
        "stream_options": { "include_usage": true },
    })
}

/// The data of the events.
type Data = BoxStream<'static, anyhow::Result<String>>;

/// The functions for one version.
macro_rules! version {
    ($events:ident, $reqwest:ident) => {
        async fn $events(billing: &Billing, mode: &str) -> Data {
            let url = format!("{}/chat/completions", billing.base(mode));
            let request = $reqwest::Client::new().post(url).body(body().to_string());
            let response = request.send_traced().await.expect("a response");
            let events = response.bytes_stream().eventsource();
            events.map_ok(|event| event.data).map_err(Into::into).boxed()
        }
    };
}

version!(events, reqwest);
version!(events_0_12, reqwest_0_12);

async fn events_of(is_older: bool, billing: &Billing, mode: &str) -> Data {
    if is_older { events_0_12(billing, mode).await } else { events(billing, mode).await }
}

/// Reads the data of a stream as programs do, which stop at its last event.
async fn text(data: impl Stream<Item = String>) -> String {
    let deltas = data.take_while(|data| std::future::ready(data != "[DONE]"));
    let texts = deltas.map(|data| {
        let delta: Value = serde_json::from_str(&data).expect("JSON");
        delta["choices"][0]["delta"]["content"].as_str().unwrap_or_default().to_owned()
    });
    texts.collect().await
}

#[track_caller]
fn assert_whole(program: &Program, span: &str) {
    let tree = program.tree();
    assert_eq!(program.spans().len(), 1, "{tree}");
    assert!(tree.starts_with(&format!("{span} [LLM] ok")), "{tree}");
    assert!(!tree.contains("!cancelled"), "{tree}");
    for (key, value) in [
        ("llm.model_name", "gpt-4o"),
        ("llm.input_messages.0.message.content", "Hi"),
        ("llm.output_messages.0.message.content", "Hello"),
        ("llm.token_count.total", "11"),
    ] {
        assert_eq!(program.attribute(span, key).as_deref(), Some(value), "{key}");
    }
}

#[test]
fn events_of_a_traced_response_are_recorded_up_to_the_last_one() {
    for is_older in [false, true] {
        let program = Program::start();
        block_on(async {
            let billing = Billing::start().await;
            let data = events_of(is_older, &billing, "ok").await;
            let data = data.map(|data| data.expect("an event"));
            assert_eq!(text(data).await, "Hello");
        });
        assert_whole(&program, "chat gpt-4o");
    }
}

#[test]
fn events_of_a_traced_response_that_are_dropped_early_are_cancelled() {
    for is_older in [false, true] {
        let program = Program::start();
        block_on(async {
            let billing = Billing::start().await;
            let mut data = events_of(is_older, &billing, "endless").await;
            data.next().await.expect("more").expect("an event");
        });
        let tree = program.tree();
        assert!(
            tree.starts_with("chat gpt-4o [LLM] unset") && tree.contains("!cancelled"),
            "{tree}"
        );
        let answer = program.attribute("chat gpt-4o", "llm.output_messages.0.message.content");
        assert_eq!(answer.as_deref(), Some("Hel"));
    }
}

#[test]
fn events_of_a_traced_response_with_a_reset_are_an_error() {
    let program = Program::start();
    block_on(async {
        let billing = Billing::start().await;
        let mut data = events(&billing, "reset").await;
        data.next().await.expect("more").expect("an event");
        billing.first_was_read();
        data.next().await.expect("more").expect_err("a reset");
    });
    assert!(program.tree().starts_with("chat gpt-4o [LLM] error("), "{}", program.tree());
}

fn event_source(base: &str, body: &Value) -> EventSource {
    let url = format!("{base}/chat/completions");
    let request = reqwest_0_12::Client::new().post(url).body(body.to_string());
    EventSource::new(request).expect("a body of bytes")
}

/// Returns the data of the events. The source would connect again after the last one.
fn data(mut source: EventSource) -> impl Stream<Item = String> {
    async_stream::stream! {
        while let Some(event) = source.next().await {
            match event {
                Ok(Event::Open) => {}
                Ok(Event::Message(event)) if event.data == "[DONE]" => source.close(),
                Ok(Event::Message(event)) => yield event.data,
                Err(_) => source.close(),
            }
        }
    }
}

#[test]
fn event_source_alone_has_no_span() {
    let program = Program::start();
    block_on(async {
        let billing = Billing::start().await;
        assert_eq!(text(data(event_source(&billing.base("ok"), &body()))).await, "Hello");
    });
    assert_eq!(program.spans().len(), 0, "{}", program.tree());
}

#[test]
fn event_source_in_a_function_that_returns_its_data_is_recorded() {
    #[llm(skip(base))]
    fn ask(base: &str, body: &Value) -> impl Stream<Item = String> + use<> {
        data(event_source(base, body))
    }
    let program = Program::start();
    block_on(async {
        let billing = Billing::start().await;
        assert_eq!(text(ask(&billing.base("ok"), &body())).await, "Hello");
    });
    assert_whole(&program, "ask");
}

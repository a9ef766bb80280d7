//! Tokens of the trace = tokens that the stub billed, with the retries of the SDK and inside
//! annotated functions.

use crate::stub::{Mode, Stub};
use crate::{CHAT, MODEL, assert_attributes, client, message, names, total};
use aws_sdk_bedrockruntime::Client;
use integration_tests::{Program, block_on};
use trace_runtime::{agent, llm};

/// The SDK tries three times.
const THROTTLED: Mode = Mode::Fails { times: 2, status: 429, error: "ThrottlingException" };

#[llm(skip(client))]
async fn ask(client: &Client, question: &str) -> String {
    let call = client.converse().model_id(MODEL).messages(message(question));
    let answer = call.send().await.ok().and_then(|answer| answer.output);
    let message = answer.as_ref().and_then(|output| output.as_message().ok());
    let block = message.and_then(|message| message.content.first());
    block.and_then(|block| block.as_text().ok()).cloned().unwrap_or_default()
}

#[test]
fn retries_of_the_sdk_are_spans_and_count_once() {
    let program = Program::start();
    let billed = block_on(async {
        let stub = Stub::start(THROTTLED).await;
        let call = client(&stub).converse().model_id(MODEL).messages(message("Hi"));
        call.send().await.expect("an answer");
        stub.billed()
    });
    assert_eq!(names(&program), [CHAT; 3]);
    let tree = program.tree();
    assert_eq!(tree.matches("[LLM] error(HTTP 429: not today)").count(), 2, "{tree}");
    assert_eq!(tree.matches("[LLM] ok").count(), 1, "{tree}");
    assert_eq!((total(&program), billed), (11, 11));
}

#[test]
fn retries_in_an_llm_function_are_its_children_and_count_once() {
    let program = Program::start();
    let billed = block_on(async {
        let stub = Stub::start(THROTTLED).await;
        assert_eq!(ask(&client(&stub), "why").await, "Hello");
        stub.billed()
    });
    assert_eq!(names(&program), ["ask", CHAT, CHAT, CHAT]);
    assert_eq!((total(&program), billed), (11, 11));
}

#[test]
fn call_in_an_llm_function_fills_it() {
    let program = Program::start();
    block_on(async {
        let stub = Stub::start(Mode::Answers).await;
        assert_eq!(ask(&client(&stub), "why").await, "Hello");
    });
    assert_eq!(names(&program), ["ask"]);
    let expected = [
        ("output.value", Some("Hello")),
        ("llm.input_messages.0.message.content", Some("why")),
        ("llm.output_messages.0.message.content", Some("Hello")),
        ("llm.model_name", Some(MODEL)),
        ("llm.provider", Some("aws")),
        ("llm.token_count.total", Some("11")),
    ];
    assert_attributes(&program, "ask", &expected);
}

#[test]
fn calls_in_annotated_functions_count_once() {
    #[agent(skip(client))]
    async fn answer(client: &Client) -> String {
        ask(client, "one").await + &ask_in_stream(client).await
    }
    #[llm(skip(client))]
    async fn ask_in_stream(client: &Client) -> String {
        let call = client.converse_stream().model_id(MODEL).messages(message("two"));
        let mut stream = call.send().await.expect("a stream").stream;
        while stream.recv().await.expect("an event").is_some() {}
        "done".to_owned()
    }
    #[llm(skip(client))]
    async fn ask_twice(client: &Client) -> String {
        ask(client, "three").await + &ask(client, "four").await
    }
    let program = Program::start();
    let billed = block_on(async {
        let stub = Stub::start(Mode::Answers).await;
        let client = client(&stub);
        answer(&client).await;
        ask_twice(&client).await;
        stub.billed()
    });
    assert_eq!(names(&program), ["answer", "ask", "ask_in_stream", "ask_twice", "ask", "ask"]);
    assert_eq!((total(&program), billed), (44, 44));
}

#[test]
fn stream_that_is_dropped_early_counts_only_what_was_billed() {
    #[llm(skip_all)]
    async fn read_twice(cut: &Client, whole: &Client) {
        let call = |client: &Client| {
            client.converse_stream().model_id(MODEL).messages(message("Hi")).send()
        };
        let mut stream = call(cut).await.expect("a stream").stream;
        assert!(stream.recv().await.expect("an event").is_some());
        drop(stream);
        let mut stream = call(whole).await.expect("a stream").stream;
        while stream.recv().await.expect("an event").is_some() {}
    }
    let program = Program::start();
    let billed = block_on(async {
        let [cut, whole] = [Stub::start(Mode::Waits).await, Stub::start(Mode::Answers).await];
        read_twice(&client(&cut), &client(&whole)).await;
        cut.billed() + whole.billed()
    });
    assert_eq!(names(&program), ["read_twice", CHAT, CHAT]);
    assert!(program.tree().contains("!cancelled"), "{}", program.tree());
    assert_eq!((total(&program), billed), (11, 11));
}

#[test]
fn client_that_is_traced_twice_is_one_span() {
    let program = Program::start();
    block_on(async {
        let stub = Stub::start(Mode::Answers).await;
        let config = crate::config(&stub).build();
        let http = config.http_client().expect("an HTTP client");
        let config = config.to_builder().http_client(trace_bedrock::traced(http)).build();
        let call = Client::from_conf(config).converse().model_id(MODEL).messages(message("Hi"));
        call.send().await.expect("an answer");
    });
    assert_eq!(names(&program), [CHAT]);
}

//! Tokens of the trace = tokens that the stub billed, also if rig's own spans join the trace, and
//! inside annotated functions.

use crate::stub::Stub;
use crate::{MODEL, assert_attributes, client, question, shape, total};
use futures_util::StreamExt;
use integration_tests::{Program, block_on};
use rig_core::providers::openai::OpenAI;
use trace_runtime::{agent, llm};
use tracing_subscriber::layer::SubscriberExt;

/// Runs calls, with rig's own spans or without them. Returns the number of tokens that the stub
/// billed.
fn run(own_spans: bool, calls: &impl AsyncFn(&Stub)) -> (Program, u64) {
    let program = Program::start();
    let layer = own_spans.then(|| program.registration.tracing_layer());
    let subscriber = tracing_subscriber::registry().with(layer);
    let _default = tracing::subscriber::set_default(subscriber);
    let billed = block_on(async {
        let stub = Stub::start().await;
        calls(&stub).await;
        stub.billed()
    });
    (program, billed)
}

/// Runs calls, without rig's own spans and with them, and asserts that no token is counted twice.
/// Returns the shapes of the two traces.
#[track_caller]
fn shapes(calls: &impl AsyncFn(&OpenAI)) -> [Vec<String>; 2] {
    [false, true].map(|own_spans| {
        let (program, billed) = run(own_spans, &async |stub| calls(&client(stub, "ok")).await);
        assert!(billed > 0);
        assert_eq!(total(&program), billed, "own spans: {own_spans}\n{}", program.tree());
        shape(&program)
    })
}

#[llm(skip(client))]
async fn ask(client: &OpenAI, question: &str) -> String {
    let answer = client.chat(MODEL).call(question).await;
    answer.map(|answer| answer.text().clone()).unwrap_or_default()
}

#[test]
fn calls_without_annotations_count_once() {
    let [alone, joined] = shapes(&async |client| {
        client.chat(MODEL).call(question()).await.expect("an answer");
        let stream = client.chat(MODEL).stream(question()).expect("a stream");
        stream.finish().await.expect("an answer");
        let model = client.embedding("text-embedding-3-small", None);
        model.call(vec!["embed me".to_owned()]).await.expect("an embedding");
    });
    let embeddings = "embeddings text-embedding-3-small";
    assert_eq!(alone, [super::CHAT, super::CHAT, embeddings]);
    let chat = ["chat", "  chat gpt-4o-mini"];
    let embeddings = ["embeddings", "  embeddings text-embedding-3-small"];
    assert_eq!(joined, [chat, chat, embeddings].concat());
}

#[test]
fn call_in_an_llm_function_fills_it() {
    let program = Program::start();
    block_on(async {
        let stub = Stub::start().await;
        ask(&client(&stub, "ok"), "why").await;
        assert_eq!(total(&program), stub.billed());
    });
    assert_eq!(shape(&program), ["ask"]);
    let expected = [
        ("input.value", Some("{\"question\":\"why\"}")),
        ("output.value", Some("Canned answer to: why")),
        ("llm.input_messages.0.message.content", Some("why")),
        ("llm.output_messages.0.message.content", Some("Canned answer to: why")),
        ("llm.model_name", Some(MODEL)),
    ];
    assert_attributes(&program, "ask", &expected);
}

#[test]
fn calls_in_annotated_functions_count_once() {
    #[agent(skip(client))]
    async fn answer(client: &OpenAI) -> String {
        let first = ask(client, "one").await;
        ask(client, &first).await
    }
    #[llm(skip(client))]
    async fn ask_twice(client: &OpenAI) -> String {
        ask(client, "one").await + &ask(client, "two").await
    }
    #[llm(skip(client))]
    async fn ask_in_stream(client: &OpenAI) -> String {
        let stream = client.chat(MODEL).stream(question()).expect("a stream");
        stream.finish().await.map(|answer| answer.text().clone()).unwrap_or_default()
    }
    let [alone, _] = shapes(&async |client| {
        answer(client).await;
        ask_twice(client).await;
        ask_in_stream(client).await;
    });
    let expected = ["answer", "  ask", "  ask", "ask_twice", "  ask", "  ask", "ask_in_stream"];
    assert_eq!(alone, expected);
}

#[test]
fn stream_that_is_dropped_early_counts_only_what_was_billed() {
    #[llm(skip(stub))]
    async fn read(stub: &Stub, mode: &str) {
        let mut stream = client(stub, mode).chat(MODEL).stream(question()).expect("a stream");
        if mode == "ok" {
            while let Some(item) = stream.next().await {
                item.expect("an item");
            }
        } else {
            stream.next().await.expect("more").expect("an item");
        }
    }
    for own_spans in [false, true] {
        let (program, billed) = run(own_spans, &async |stub| {
            read(stub, "endless").await;
            read(stub, "ok").await;
        });
        let tree = program.tree();
        assert_eq!((total(&program), billed), (7, 7), "own spans: {own_spans}\n{tree}");
        assert!(tree.contains("!cancelled"), "{tree}");
    }
}

#[test]
fn client_that_is_traced_twice_is_one_span() {
    let program = Program::start();
    block_on(async {
        let stub = Stub::start().await;
        let http = trace_rig::traced(trace_rig::traced(rig_reqwest::ReqwestClient::default()));
        let client = client(&stub, "ok").with_http(http);
        client.chat(MODEL).call(question()).await.expect("an answer");
    });
    assert_eq!(shape(&program), [super::CHAT]);
}

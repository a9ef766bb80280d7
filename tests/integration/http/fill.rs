//! Exchanges inside annotated functions: tokens of the trace = tokens that were billed.

use super::{assert_attributes, begin, exchange, request};
use futures_util::{StreamExt, stream};
use integration_tests::{Program, block_on};
use std::cell::RefCell;
use trace_runtime::http::Exchange;
use trace_runtime::opentelemetry::Value;
use trace_runtime::record::{InputMessages, TokenCount, UserMessage};
use trace_runtime::{InCurrentSpan, agent, current_span, embedding, llm};

/// Adds up the tokens of all spans.
fn total(program: &Program) -> i64 {
    let spans = program.spans();
    let attributes = spans.iter().flat_map(|span| &span.attributes);
    let counts = attributes.filter(|kv| kv.key.as_str() == "llm.token_count.total");
    counts.map(|kv| if let Value::I64(count) = kv.value { count } else { 0 }).sum()
}

/// Returns the names of all spans with the names of their parents, in the order of their start.
fn shape(program: &Program) -> Vec<String> {
    let mut spans = program.spans();
    spans.sort_by_key(|span| span.start_time);
    let name = |id| spans.iter().find(|span| span.span_context.span_id() == id);
    let line = |span: &trace_runtime::opentelemetry_sdk::trace::SpanData| match name(
        span.parent_span_id,
    ) {
        Some(parent) => format!("{} < {}", span.name, parent.name),
        None => span.name.to_string(),
    };
    spans.iter().map(line).collect()
}

#[test]
fn only_exchange_fills_the_function_that_made_it() {
    #[llm]
    fn ask(question: &str) -> String {
        exchange(9, 2);
        format!("answer to {question}")
    }
    let program = Program::start();
    ask("why");
    assert_eq!(shape(&program), ["ask"]);
    let expected = [
        ("input.value", Some("{\"question\":\"why\"}")),
        ("output.value", Some("answer to why")),
        ("output.mime_type", Some("text/plain")),
        ("llm.input_messages.0.message.content", Some("Hi")),
        ("llm.output_messages.0.message.content", Some("Hello")),
        ("llm.token_count.total", Some("11")),
        ("llm.model_name", Some("gpt-4o-2024-08-06")),
        ("llm.provider", Some("openai")),
        ("http.response.status_code", Some("200")),
        ("trace_runtime.exchange.input", None),
        ("trace_runtime.exchange.output", None),
        ("trace_runtime.exchange.tokens", None),
    ];
    assert_attributes(&program, "ask", &expected);
}

#[test]
fn explicit_records_win_over_the_exchange_which_wins_over_the_function() {
    #[llm(provider = "proxy")]
    fn ask(messages: Vec<serde_json::Value>, model: &str) {
        current_span().record(&TokenCount::new(100, 1));
        exchange(9, 2);
        let _ = (messages, model);
    }
    #[llm]
    fn ask_by_hand() {
        exchange(9, 2);
        current_span().record(&InputMessages::default().message(UserMessage::new("by hand")));
    }
    let program = Program::start();
    ask(vec![serde_json::json!({ "role": "user", "content": "template" })], "alias");
    ask_by_hand();
    let expected = [
        ("llm.input_messages.0.message.content", Some("Hi")),
        ("llm.request.model_name", Some("gpt-4o")),
        ("llm.provider", Some("proxy")),
        ("llm.token_count.total", Some("101")),
    ];
    assert_attributes(&program, "ask", &expected);
    let expected = [
        ("llm.input_messages.0.message.content", Some("by hand")),
        ("llm.token_count.total", Some("11")),
    ];
    assert_attributes(&program, "ask_by_hand", &expected);
}

#[test]
fn second_exchange_makes_both_children() {
    #[llm]
    fn ask() -> String {
        exchange(9, 2);
        exchange(20, 3);
        super::response(29, 5).to_string()
    }
    let program = Program::start();
    ask();
    assert_eq!(shape(&program), ["ask", "chat gpt-4o < ask", "chat gpt-4o < ask"]);
    assert_eq!(program.attribute("ask", "llm.token_count.total"), None);
    assert_eq!(total(&program), 34);
}

#[test]
fn exchanges_side_by_side_are_children() {
    #[llm]
    fn ask() {
        let (first, second) = (begin(), begin());
        first.end();
        second.end();
    }
    let program = Program::start();
    ask();
    assert_eq!(shape(&program), ["ask", "chat gpt-4o < ask", "chat gpt-4o < ask"]);
}

#[test]
fn exchange_that_ends_after_the_function_is_its_child() {
    #[llm]
    fn ask() -> Exchange {
        begin()
    }
    let program = Program::start();
    ask().end();
    assert_eq!(shape(&program), ["ask", "chat gpt-4o < ask"]);
}

#[test]
fn nested_functions_count_tokens_once() {
    #[llm]
    fn inner() -> String {
        exchange(9, 2);
        super::response(9, 2).to_string()
    }
    #[agent]
    fn step() -> String {
        inner()
    }
    #[llm]
    fn outer() -> String {
        step()
    }
    #[llm]
    fn outer_with_a_call() -> String {
        exchange(20, 3);
        inner()
    }
    let program = Program::start();
    outer();
    assert_eq!(shape(&program), ["outer", "step < outer", "inner < step"]);
    assert_eq!(total(&program), 11);
    drop(program);
    let program = Program::start();
    outer_with_a_call();
    assert_eq!(shape(&program), ["outer_with_a_call", "inner < outer_with_a_call"]);
    assert_eq!(total(&program), 34);
}

#[test]
fn retries_count_the_answer_once() {
    fn limited() {
        let mut exchange = begin();
        exchange.status(429);
        exchange.chunk(b"{\"error\":{\"message\":\"slow down\"}}");
        exchange.end();
    }
    #[llm]
    fn retries_by_hand() {
        limited();
        exchange(9, 2);
    }
    #[llm]
    fn retries_in_the_client() {
        let mut exchange = begin();
        let attempts = exchange.context().attach();
        assert!(Exchange::begin("POST", super::URL, request().as_bytes()).is_none());
        assert!(Exchange::begin("POST", super::URL, request().as_bytes()).is_none());
        drop(attempts);
        exchange.status(200);
        exchange.chunk(super::response(9, 2).to_string().as_bytes());
        exchange.end();
    }
    let program = Program::start();
    retries_by_hand();
    retries_in_the_client();
    let children = ["chat gpt-4o < retries_by_hand"; 2];
    let expected = [["retries_by_hand"].as_slice(), &children, &["retries_in_the_client"]].concat();
    assert_eq!(shape(&program), expected);
    assert_eq!(total(&program), 22);
    assert!(program.tree().contains("!retry"), "{}", program.tree());
}

#[test]
fn exchange_of_another_kind_is_a_child() {
    #[embedding]
    fn embed() {
        exchange(9, 2);
    }
    let program = Program::start();
    embed();
    assert_eq!(shape(&program), ["embed", "chat gpt-4o < embed"]);
}

#[test]
fn function_that_fails_keeps_its_status() {
    #[llm]
    fn ask() -> Result<(), String> {
        let mut exchange = begin();
        exchange.status(200);
        exchange.end();
        Err("no answer".to_owned())
    }
    let program = Program::start();
    let _ = ask();
    let tree = program.tree();
    assert!(tree.starts_with("ask [LLM] error(String: no answer)"), "{tree}");
    assert_eq!(program.spans().len(), 1);
}

#[test]
fn exchange_on_another_thread_fills_the_function() {
    #[llm]
    fn ask() {
        std::thread::scope(|scope| {
            let work = trace_runtime::in_current_span(|| exchange(9, 2));
            scope.spawn(work);
        });
    }
    let program = Program::start();
    ask();
    assert_eq!(shape(&program), ["ask"]);
    assert_eq!(total(&program), 11);
}

#[test]
fn stream_that_is_dropped_early_fills_the_function_with_what_had_arrived() {
    #[llm]
    async fn ask() -> impl futures_util::Stream<Item = String> {
        let exchange = RefCell::new(Some(begin()));
        stream::iter(["Hel", "lo"]).map(move |text| {
            let mut exchange = exchange.borrow_mut();
            let running = exchange.as_mut().expect("a running exchange");
            running.header("content-type", "text/event-stream");
            let event = serde_json::json!({
                "choices": [{ "index": 0, "delta": { "role": "assistant", "content": text } }]
            });
            running.chunk(format!("data: {event}\n\n").as_bytes());
            text.to_owned()
        })
    }
    let program = Program::start();
    block_on(async {
        let mut stream = Box::pin(ask().await.in_current_span());
        assert_eq!(stream.next().await.as_deref(), Some("Hel"));
    });
    assert_eq!(shape(&program), ["ask"]);
    let expected = [("llm.output_messages.0.message.content", Some("Hel"))];
    assert_attributes(&program, "ask", &expected);
}

#[test]
fn sixty_four_parallel_calls_fill_their_own_functions() {
    #[llm]
    fn ask(number: u64) {
        exchange(number, 1);
    }
    let program = Program::start();
    std::thread::scope(|scope| {
        for number in 1..=64 {
            scope.spawn(move || ask(number));
        }
    });
    let spans = program.spans();
    assert!(spans.len() == 64 && spans.iter().all(|span| span.name == "ask"));
    assert_eq!(total(&program), 64 + 64 * 65 / 2);
}

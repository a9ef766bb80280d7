//! `traced!` at a call: names, arguments, streams, errors and options, as whole trees.

use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt};
use integration_tests::{Program, block_on, traced};
use serde::Serialize;
use std::fmt::Debug;
use std::pin::Pin;
use trace_runtime::{chain, traced};

#[derive(Clone, Debug, Serialize)]
struct Request {
    prompt: String,
}

#[derive(Debug, PartialEq)]
struct Overloaded;

impl std::fmt::Display for Overloaded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("overloaded")
    }
}

impl std::error::Error for Overloaded {}

/// A client whose methods have the forms of well-known clients.
struct Client {
    calls: u32,
    history: Vec<String>,
}

/// The borrowing handle that `client.chat()` returns, as in async-openai.
struct Chat<'a>(&'a Client);

impl Chat<'_> {
    async fn create(&self, request: Request) -> Result<String, Overloaded> {
        tokio::task::yield_now().await;
        match &*request.prompt {
            "too much" => Err(Overloaded),
            prompt => Ok(format!("{} after {}", prompt, self.0.calls)),
        }
    }
}

impl Client {
    fn new() -> Self {
        Client { calls: 0, history: Vec::new() }
    }

    fn chat(&self) -> Chat<'_> {
        Chat(self)
    }

    async fn exec_chat(
        &self,
        model: &str,
        request: Request,
        limit: Option<u8>,
    ) -> Result<String, Overloaded> {
        tokio::task::yield_now().await;
        Ok(format!("{model}: {} {limit:?}", request.prompt))
    }

    fn count(&mut self, by: u32) -> &mut u32 {
        self.calls += by;
        &mut self.calls
    }

    fn remember(&mut self, text: String) -> usize {
        self.history.push(text);
        self.history.len()
    }

    async fn words(&self, text: &str) -> Result<BoxStream<'static, String>, Overloaded> {
        let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
        if words.is_empty() { Err(Overloaded) } else { Ok(stream::iter(words).boxed()) }
    }
}

fn request(prompt: &str) -> Request {
    Request { prompt: prompt.to_owned() }
}

fn double(n: u32) -> u32 {
    2 * n
}

#[test]
fn every_kind_records_its_span_kind() {
    let n = 1;
    let tree = traced(|| {
        traced!(agent, double(n));
        traced!(chain, double(n));
        traced!(llm, double(n));
        traced!(tool, double(n));
        traced!(retriever, double(n));
        traced!(embedding, double(n));
        traced!(reranker, double(n));
        traced!(guardrail, double(n));
        traced!(evaluator, double(n));
        traced!(prompt, double(n));
        traced!(decision, double(n));
    });
    assert_eq!(
        tree,
        r#"double [AGENT] ok in=1 out=2
double [CHAIN] ok in=1 out=2
double [LLM] ok in={"n":1} out=2
double [TOOL] ok in={"n":1} out=2
double [RETRIEVER] ok in=1 out=2
double [EMBEDDING] ok in=1 out=2
double [RERANKER] ok in=1 out=2
double [GUARDRAIL] ok in=1 out=2
double [EVALUATOR] ok in=1 out=2
double [PROMPT] ok in=1 out=2
double [DECISION] ok in={"n":1} out=2
"#
    );
}

#[test]
fn awaited_method_captures_what_the_call_moves() {
    let client = Client::new();
    let request = request("why");
    let tree = traced(|| {
        let answer =
            block_on(async { traced!(llm, client.exec_chat("gpt-4o", request, None).await) });
        assert_eq!(answer.unwrap(), "gpt-4o: why None");
    });
    assert_eq!(
        tree,
        r#"exec_chat [LLM] ok in={"arg0":"gpt-4o","request":{"prompt":"why"},"arg2":null} out=gpt-4o: why None
"#
    );
}

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
fn bound_arguments_are_evaluated_once_in_order_before_the_span() {
    #[chain]
    fn next(count: &mut u32) -> u32 {
        *count += 1;
        *count
    }
    fn subtract(a: u32, b: u32) -> u32 {
        a - b
    }
    fn question_mark(text: &str) -> Result<u32, std::num::ParseIntError> {
        Ok(traced!(chain, double(text.parse()?)))
    }
    let mut count = 0;
    let tree = traced(|| {
        assert_eq!(traced!(chain, subtract(next(&mut count) + 9, next(&mut count))), 8);
        assert_eq!(question_mark("4"), Ok(8));
        assert!(question_mark("four").is_err());
    });
    assert_eq!(
        tree,
        "next [CHAIN] ok in=0 out=1
next [CHAIN] ok in=1 out=2
subtract [CHAIN] ok in={\"arg0\":10,\"arg1\":2} out=8
double [CHAIN] ok in=4 out=8
"
    );
}

#[test]
fn argument_whose_type_only_the_call_knows_is_captured() {
    fn search(query: String, filters: Vec<u8>, limit: Option<&str>, k: u64) -> usize {
        query.len() + filters.len() + limit.map_or(0, str::len) + usize::try_from(k).unwrap()
    }
    let limit = "9".to_owned();
    let tree = traced(|| {
        let found =
            traced!(retriever, search("owl".into(), Vec::new(), Some(&limit), Default::default()));
        assert_eq!(found, 4);
        traced!(retriever, search("owl".into(), vec![1], None, "3".parse().unwrap()));
    });
    assert_eq!(
        tree,
        r#"search [RETRIEVER] ok in={"arg0":"owl","arg1":[],"limit":"9","arg3":0} out=4
search [RETRIEVER] ok in={"arg0":"owl","arg1":[1],"arg2":null,"arg3":3} out=7
"#
    );
}

#[test]
fn argument_that_the_call_converts_stays_in_its_place() {
    fn run(tools: Vec<Box<dyn Fn(u8) -> u8>>, names: &[&str], last: impl Fn(&str) -> usize) -> u8 {
        let length = names.iter().map(|name| last(name)).sum::<usize>();
        tools.iter().fold(u8::try_from(length).unwrap(), |n, tool| tool(n))
    }
    let name = "ab".to_owned();
    let tree = traced(|| {
        let tools = traced!(
            chain,
            run(vec![Box::new(|n| n + 1), Box::new(|n| n * 2)], &[&name], |text| text.len())
        );
        assert_eq!(tools, 6);
    });
    assert_eq!(tree, "run [CHAIN] ok in=[\"ab\"] out=6\n");
}

#[test]
fn mutable_borrows_and_moves_work_as_without_the_macro() {
    let tree = traced(|| {
        let mut client = Client::new();
        *traced!(chain, client.count(2)) += 3;
        assert_eq!(client.calls, 5);
        let text = "a".to_owned();
        assert_eq!(traced!(chain, client.remember(text.clone())), 1);
        assert_eq!(traced!(chain, client.remember(text)), 2);
        fn extend(history: &mut Vec<String>) {
            traced!(tool, push(history, 1));
            history.push("c".to_owned());
        }
        fn push(history: &mut Vec<String>, n: u8) {
            history.push(n.to_string());
        }
        extend(&mut client.history);
        assert_eq!(client.history, ["a", "a", "1", "c"]);
    });
    assert_eq!(
        tree,
        r#"count [CHAIN] ok in=2 out=2
remember [CHAIN] ok in=a out=1
remember [CHAIN] ok in=a out=2
push [TOOL] ok in={"history":["a","a"],"arg1":1}
"#
    );
}

#[test]
fn expression_without_a_call_is_named_by_its_macro_or_its_kind() {
    let city = "Oslo";
    let tree = traced(|| {
        assert_eq!(traced!(prompt, format!("Weather in {city}?")), "Weather in Oslo?");
        let sum = traced!(chain, {
            let a = traced!(chain, double(1));
            a + 1
        });
        assert_eq!(sum, 3);
        let length = block_on(async {
            traced!(agent, {
                let text = async { city.to_owned() }.await;
                text.len()
            })
        });
        assert_eq!(length, 4);
        assert_eq!(traced!(decision, if sum > 2 { "much" } else { "little" }), "much");
    });
    assert_eq!(
        tree,
        "format [PROMPT] ok out=Weather in Oslo?
chain [CHAIN] ok out=3
  double [CHAIN] ok in=1 out=2
agent [AGENT] ok out=4
decision [DECISION] ok out=much
"
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
fn spans_inside_of_the_call_are_its_children() {
    #[chain]
    async fn inner(n: u32) -> u32 {
        tokio::task::yield_now().await;
        n
    }
    async fn outer(n: u32) -> u32 {
        traced!(chain, inner(n).await) + traced!(tool, double(n))
    }
    let n = 1;
    let tree = traced(|| {
        block_on(async { traced!(agent, outer(n).await) });
    });
    assert_eq!(
        tree,
        r#"outer [AGENT] ok in=1 out=3
  inner [CHAIN] ok in=1 out=1
    inner [CHAIN] ok in=1 out=1
  double [TOOL] ok in={"n":1} out=2
"#
    );
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
fn options_set_the_parts_of_the_span() {
    let program = Program::start();
    let client = Client::new();
    let (model, question) = ("gpt-4o".to_owned(), request("why"));
    block_on(async {
        let _ = traced!(
            llm(
                name = format!("ask {model}"),
                model = &model,
                provider = "OpenAI",
                session = "s1",
                user = 7,
                attributes(attempt = 2),
                skip(arg0),
                output = |answer| answer.len(),
            ),
            client.exec_chat("secret", question.clone(), None).await
        );
    });
    traced!(tool(name = "twice", description = "Doubles", parameters = "{}", root), double(4));
    assert_eq!(
        program.tree(),
        "ask gpt-4o [LLM] ok in={\"question\":{\"prompt\":\"why\"},\"arg2\":null} out=16
twice [TOOL] ok in={\"arg0\":4} out=8
"
    );
    let keys = [
        ("llm.model_name", "gpt-4o"),
        ("llm.provider", "openai"),
        ("session.id", "s1"),
        ("user.id", "7"),
        ("attempt", "2"),
        ("code.function.name", "exec_chat"),
    ];
    for (key, value) in keys {
        assert_eq!(program.attribute("ask gpt-4o", key).as_deref(), Some(value), "{key}");
    }
    let keys = [("tool.name", "twice"), ("tool.description", "Doubles"), ("tool.parameters", "{}")];
    for (key, value) in keys {
        assert_eq!(program.attribute("twice", key).as_deref(), Some(value), "{key}");
    }
}

#[test]
fn request_among_other_arguments_gives_messages_and_tokens() {
    fn post(_url: &str, request: &serde_json::Value) -> Result<serde_json::Value, Overloaded> {
        let text = format!("about {}", request["messages"][0]["content"]);
        let message = serde_json::json!({"role": "assistant", "content": text});
        Ok(serde_json::json!({
            "id": "1", "object": "chat.completion", "created": 1, "model": "gpt-4o-2024",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7},
        }))
    }
    let program = Program::start();
    let request =
        serde_json::json!({"model": "gpt-4o", "messages": [{"role": "user", "content": "owls"}]});
    traced!(llm, post("https://localhost/v1/chat/completions", &request)).unwrap();
    let keys = [
        ("llm.model_name", "gpt-4o-2024"),
        ("llm.input_messages.0.message.content", "owls"),
        ("llm.output_messages.0.message.content", "about \"owls\""),
        ("llm.token_count.total", "7"),
    ];
    for (key, value) in keys {
        assert_eq!(program.attribute("post", key).as_deref(), Some(value), "{key}");
    }
}

#[test]
fn argument_with_the_name_of_a_secret_is_redacted() {
    struct Settings {
        api_key: String,
    }
    fn log_in(user: &str, key: &str) -> usize {
        user.len() + key.len()
    }
    let (user, settings) = ("me", Settings { api_key: "swordfish".to_owned() });
    let tree = traced(|| {
        traced!(tool, log_in(user, &settings.api_key));
        traced!(tool, log_in(user, settings.api_key.clone().as_str()));
    });
    assert!(tree.contains("\"user\":\"me\"") && !tree.contains("swordfish"), "{tree}");
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

#[test]
fn value_coerces_as_without_the_macro() {
    let _lock = Program::lock(); // otherwise the trace of a parallel test has these spans too
    fn boxed(n: u8) -> Box<u8> {
        Box::new(n)
    }
    let shown: Box<dyn Debug> = traced!(chain, boxed(1));
    assert_eq!(format!("{shown:?}"), "1");
}

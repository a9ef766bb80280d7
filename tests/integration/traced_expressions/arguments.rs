//! Arguments of a traced call: captured before they move, and evaluated as without the macro.

use super::{Client, Overloaded, double, request};
use integration_tests::{Program, block_on, traced};
use trace_runtime::{chain, traced};

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

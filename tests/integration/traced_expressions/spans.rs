//! The span of a traced expression: its kind, name, children and options.

use super::{Client, double, request};
use integration_tests::{Program, block_on, traced};
use trace_runtime::{chain, traced};

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

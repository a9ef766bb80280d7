//! Options of the macros.

use integration_tests::{Program, block_on, traced};
use serde_json::json;
use std::cell::Cell;
use trace_runtime::opentelemetry::trace::SpanContext;
use trace_runtime::{chain, current_span, embedding, llm, reranker, tool};

#[chain(name = "a name")]
fn literal() {}

#[chain(name = format!("look up {topic}"))]
fn from_arguments(topic: &str, _deep: bool) {}

#[chain(skip(secret))]
fn skipped(question: &str, secret: &str) -> usize {
    question.len() + secret.len()
}

#[chain(skip_all, skip_output)]
fn silent(question: String) -> String {
    question
}

#[chain(input = question.len(), output = |answer| answer.to_uppercase())]
fn replaced(question: String) -> Result<String, String> {
    Ok(question)
}

fn shorten(answer: &(String, u8)) -> &str {
    &answer.0
}

#[chain(output = shorten)]
async fn replaced_by_path(question: String) -> (String, u8) {
    (question, 1)
}

#[test]
fn name_skip_input_and_output_shape_the_span() {
    let tree = traced(|| {
        literal();
        from_arguments("rust", true);
        skipped("why", "key");
        silent("s".to_owned());
        replaced("hello".to_owned()).unwrap();
        block_on(replaced_by_path("p".to_owned()));
    });
    assert_eq!(
        tree,
        r#"a name [CHAIN] ok in={}
look up rust [CHAIN] ok in={"topic":"rust","_deep":true}
skipped [CHAIN] ok in=why out=6
silent [CHAIN] ok
replaced [CHAIN] ok in=5 out=HELLO
replaced_by_path [CHAIN] ok in=p out=p
"#
    );
}

#[llm(model = model, provider = "OpenAI", attributes(
    temperature = 0.5, "retry.count" = 2_u8, cached = false, stop = ["a", "b"], none = None::<&str>,
))]
fn ask(model: &str) {
    let _ = model;
}

#[embedding(model = "m", provider = String::from("Cohere"))]
fn embed() {}

#[reranker(model = Some("m"))]
fn rerank() {}

#[test]
fn attribute_values_keep_their_type() {
    let program = Program::start();
    ask("gpt-4o");
    embed();
    rerank();
    let spans = program.spans();
    let value = |span: &str, key: &str| {
        let span = spans.iter().find(|candidate| candidate.name == span).unwrap();
        let found = span.attributes.iter().find(|kv| kv.key.as_str() == key);
        found.map(|kv| format!("{:?}", kv.value))
    };
    let expected = [
        ("ask", "temperature", "F64(0.5)"),
        ("ask", "retry.count", "I64(2)"),
        ("ask", "cached", "Bool(false)"),
        ("ask", "stop", r#"Array(String([Owned("a"), Owned("b")]))"#),
    ];
    for (span, key, shown) in expected {
        let found = value(span, key).unwrap();
        assert_eq!(found, shown, "{key}");
    }
    assert_eq!(value("ask", "none"), None);
    let text = |span, key| program.attribute(span, key);
    assert_eq!(text("ask", "llm.model_name").as_deref(), Some("gpt-4o"));
    assert_eq!(text("ask", "llm.provider").as_deref(), Some("openai"));
    assert_eq!(text("embed", "embedding.model_name").as_deref(), Some("m"));
    assert_eq!(text("embed", "llm.provider"), None);
    assert_eq!(text("rerank", "reranker.model_name").as_deref(), Some("m"));
}

/// Looks up
/// the weather.
#[tool]
fn weather() {}

/// Ignored, because `description` is given.
#[tool(name = "forecast", description = "Tells the future", parameters = json!({"type": "object"}))]
fn weather_tomorrow() {}

#[test]
fn tool_name_description_and_parameters_are_recorded() {
    let program = Program::start();
    weather();
    weather_tomorrow();
    let text = |span, key| program.attribute(span, key);
    assert_eq!(text("weather", "tool.name").as_deref(), Some("weather"));
    assert_eq!(text("weather", "tool.description").as_deref(), Some("Looks up\nthe weather."));
    assert_eq!(text("forecast", "tool.name").as_deref(), Some("forecast"));
    assert_eq!(text("forecast", "tool.description").as_deref(), Some("Tells the future"));
    assert_eq!(text("forecast", "tool.parameters").as_deref(), Some(r#"{"type":"object"}"#));
}

#[chain(parent = parent)]
fn below(parent: &SpanContext) -> SpanContext {
    let _ = parent;
    current_span().span_context()
}

#[chain(root)]
fn alone() -> SpanContext {
    current_span().span_context()
}

#[chain(skip_output)]
fn above() -> (SpanContext, SpanContext, SpanContext) {
    (current_span().span_context(), alone(), alone())
}

#[test]
fn parent_and_root_set_the_parent() {
    let program = Program::start();
    let (above, one, other) = above();
    let below = below(&above);
    assert_eq!(below.trace_id(), above.trace_id());
    assert!(one.trace_id() != above.trace_id() && one.trace_id() != other.trace_id());
    let tree = program.tree();
    let shape: Vec<&str> = tree.lines().map(|line| line.split('[').next().unwrap()).collect();
    assert_eq!(shape, ["above ", "  below ", "alone ", "alone "]);
}

thread_local! {
    static EVALUATED: Cell<u32> = const { Cell::new(0) };
}

fn count() -> u32 {
    EVALUATED.with(|count| count.replace(count.get() + 1))
}

#[chain(input = count(), output = |()| count(), attributes(a = count()))]
fn lazy() {}

#[test]
fn expressions_of_an_unrecorded_span_are_not_evaluated() {
    {
        let _program = Program::start_with(|builder| builder.sample_ratio(0.0));
        lazy();
    }
    {
        let _lock = Program::lock();
        lazy();
    }
    assert_eq!(EVALUATED.get(), 0);
    let _program = Program::start();
    lazy();
    assert_eq!(EVALUATED.get(), 3);
}

#[chain(attributes(bad = [1][index]), name = ["a"][index].to_owned())]
fn broken_options(index: usize) -> usize {
    index
}

#[test]
fn panicking_expression_does_not_reach_the_caller() {
    let _program = Program::start();
    assert_eq!(broken_options(9), 9);
}

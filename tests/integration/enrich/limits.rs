//! Long conversations keep what matters.

use integration_tests::Program;
use serde_json::{Value, json};
use trace_runtime::llm;

fn conversation(messages: usize) -> Value {
    let turn = |n: usize| {
        let role = if n.is_multiple_of(2) { "user" } else { "assistant" };
        json!({"role": role, "content": format!("message {n}")})
    };
    let messages: Vec<Value> = (0..messages).map(turn).collect();
    json!({"model": "gpt-4o", "messages": messages})
}

#[llm(attributes("session.id" = "s1"))]
fn chat(request: &Value) -> Value {
    let said = request["messages"].as_array().unwrap().len();
    json!({
        "model": "gpt-4o-2024-08-06",
        "choices": [{
            "message": {"role": "assistant", "content": format!("the answer to {said}")},
            "finish_reason": "stop",
        }],
        "usage": {"prompt_tokens": 500, "completion_tokens": 5, "total_tokens": 505},
    })
}

/// The values that must be there whatever else is not.
fn assert_keeps_what_matters(program: &Program) {
    let expected = [
        ("openinference.span.kind", "LLM"),
        ("session.id", "s1"),
        ("llm.model_name", "gpt-4o-2024-08-06"),
        ("llm.token_count.prompt", "500"),
        ("llm.token_count.completion", "5"),
        ("llm.token_count.total", "505"),
        ("llm.finish_reason", "stop"),
        ("input.mime_type", "application/json"),
        ("output.mime_type", "application/json"),
    ];
    for (key, value) in expected {
        assert_eq!(program.attribute("chat", key).as_deref(), Some(value), "{key}");
    }
    let input = program.attribute("chat", "input.value").unwrap();
    serde_json::from_str::<Value>(&input).expect("the whole input");
    assert!(program.attribute("chat", "output.value").unwrap().contains("the answer to"));
}

#[test]
fn a_conversation_of_500_messages_is_there_with_every_message() {
    let program = Program::start();
    chat(&conversation(500));
    assert_keeps_what_matters(&program);
    let content = |list: &str, n: usize| {
        program.attribute("chat", &format!("llm.{list}_messages.{n}.message.content"))
    };
    assert_eq!(content("input", 0).as_deref(), Some("message 0"));
    assert_eq!(content("input", 499).as_deref(), Some("message 499"));
    assert_eq!(content("output", 0).as_deref(), Some("the answer to 500"));
    assert_eq!(program.spans()[0].dropped_attributes_count, 0);
}

#[test]
fn what_is_cut_of_a_longer_one_is_the_end_of_the_input_messages() {
    let program = Program::start();
    chat(&conversation(6_000));
    assert_keeps_what_matters(&program);
    let span = &program.spans()[0];
    assert_eq!(span.attributes.len(), 10_000, "the default limit");
    assert!(span.dropped_attributes_count > 2_000, "{}", span.dropped_attributes_count);
    let content = |list: &str| program.attribute("chat", &format!("llm.{list}.message.content"));
    assert_eq!(content("input_messages.0").as_deref(), Some("message 0"));
    assert_eq!(content("input_messages.5999"), None);
    assert_eq!(content("output_messages.0").as_deref(), Some("the answer to 6000"));
}

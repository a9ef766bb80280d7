//! Earlier versions of the conventions: messages as text, in numbered attributes and in events.

use super::{exported, translated};
use serde_json::{Map, Value, json};

fn messages(mut found: Map<String, Value>) -> Value {
    found.retain(|key, _| key.starts_with("llm."));
    found.retain(|key, _| key.contains("messages") || key.contains("finish"));
    found.into()
}

const CALL: &str = r#"{"city":"Oslo"}"#;

fn expected() -> Value {
    json!({
        "llm.input_messages.0.message.role": "system",
        "llm.input_messages.0.message.content": "Be brief.",
        "llm.input_messages.1.message.role": "user",
        "llm.input_messages.1.message.content": "Weather?",
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.tool_calls.0.tool_call.id": "call_1",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "weather",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": {"city": "Oslo"},
        "llm.finish_reason": "tool_calls",
    })
}

#[test]
fn numbered_attributes_are_read() {
    let found = translated(&json!({
        "gen_ai.system": "OpenAI",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.prompt.0.role": "system",
        "gen_ai.prompt.0.content": "Be brief.",
        "gen_ai.prompt.1.role": "user",
        "gen_ai.prompt.1.content": "Weather?",
        "gen_ai.completion.0.role": "assistant",
        "gen_ai.completion.0.finish_reason": "tool_calls",
        "gen_ai.completion.0.tool_calls.0.id": "call_1",
        "gen_ai.completion.0.tool_calls.0.name": "weather",
        "gen_ai.completion.0.tool_calls.0.arguments": CALL,
        "gen_ai.usage.prompt_tokens": "3",
        "gen_ai.usage.completion_tokens": "4",
    }));
    assert_eq!(found["llm.provider"], "openai");
    assert_eq!(found["llm.token_count.total"], 7);
    assert_eq!(messages(found), expected());
}

#[test]
fn message_events_are_read() {
    let call = json!([{"id": "call_1", "function": {"name": "weather", "arguments": CALL}}]);
    let choice = json!({"role": "assistant", "tool_calls": call});
    let events = [
        ("gen_ai.system.message", json!({"content": "Be brief."})),
        ("gen_ai.user.message", json!({"content": "Weather?"})),
        ("gen_ai.choice", json!({"finish_reason": "tool_calls", "message": choice.to_string()})),
    ];
    let found = exported(|builder| builder, &json!({"gen_ai.request.model": "gpt-4o"}), &events);
    assert_eq!(messages(found), expected());
}

#[test]
fn prompt_and_completion_text_are_read() {
    let found = translated(&json!({
        "gen_ai.operation.name": "text_completion",
        "gen_ai.prompt": "Once upon",
        "gen_ai.completion": "a time",
    }));
    let expected = json!({
        "llm.input_messages.0.message.role": "user",
        "llm.input_messages.0.message.content": "Once upon",
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.content": "a time",
    });
    assert_eq!(messages(found), expected);
}

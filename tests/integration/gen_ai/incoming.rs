//! GenAI spans of other crates, translated to OpenInference.

use super::{assert_attributes, exported, translated};
use serde_json::{Value, json};

fn chat() -> Value {
    json!({
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "azure.ai.openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.response.model": "gpt-4o-2024-08-06",
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.max_tokens": 100,
        "gen_ai.request.stop_sequences": r#"["END"]"#,
        "gen_ai.request.choice.count": 1,
        "gen_ai.response.finish_reasons": ["tool_calls"],
        "gen_ai.conversation.id": "session-1",
        // `tracing` records unsigned integers as text.
        "gen_ai.usage.input_tokens": "30",
        "gen_ai.usage.output_tokens": 7.0,
        "gen_ai.usage.cache_read.input_tokens": "20",
        "gen_ai.usage.reasoning_tokens": 2,
        "gen_ai.system_instructions": r#"[{"type":"text","content":"Be brief."}]"#,
        "gen_ai.tool.definitions": r#"[{"type":"function","name":"weather","description":"Looks outside","parameters":{"type":"object"}}]"#,
        "gen_ai.input.messages": json!([
            {"role": "user", "parts": [{"type": "text", "content": "Weather in Oslo?"}]},
        ]).to_string(),
        "gen_ai.output.messages": json!([{
            "role": "assistant",
            "parts": [
                {"type": "reasoning", "content": "Look it up."},
                {"type": "tool_call", "id": "call_1", "name": "weather", "arguments": {"city": "Oslo"}},
            ],
            "finish_reason": "tool_call",
        }]).to_string(),
    })
}

#[test]
fn chat_span_is_translated_completely() {
    let found = translated(&chat());
    let mut expected = json!({
        "openinference.span.kind": "LLM",
        "session.id": "session-1",
        "llm.model_name": "gpt-4o-2024-08-06",
        "llm.request.model_name": "gpt-4o",
        "llm.response.model_name": "gpt-4o-2024-08-06",
        "llm.provider": "azure",
        "llm.system": "openai",
        "llm.finish_reason": "tool_calls",
        "llm.invocation_parameters": {
            "max_tokens": 100, "model": "gpt-4o", "n": 1, "stop_sequences": ["END"], "temperature": 0.5,
        },
        "llm.input_messages.0.message.role": "system",
        "llm.input_messages.0.message.content": "Be brief.",
        "llm.input_messages.1.message.role": "user",
        "llm.input_messages.1.message.content": "Weather in Oslo?",
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.contents.0.message_content.type": "reasoning",
        "llm.output_messages.0.message.contents.0.message_content.text": "Look it up.",
        "llm.output_messages.0.message.tool_calls.0.tool_call.id": "call_1",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "weather",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": {"city": "Oslo"},
        "llm.tools.0.tool.name": "weather",
        "llm.tools.0.tool.description": "Looks outside",
        "llm.tools.0.tool.json_schema": {
            "type": "function", "name": "weather", "description": "Looks outside",
            "parameters": {"type": "object"},
        },
        "llm.token_count.prompt": 30,
        "llm.token_count.completion": 7,
        "llm.token_count.total": 37,
        "llm.token_count.prompt_details.cache_read": 20,
        "llm.token_count.completion_details.reasoning": 2,
        "input.value": [{"role": "user", "parts": [{"type": "text", "content": "Weather in Oslo?"}]}],
        "input.mime_type": "application/json",
        "output.mime_type": "application/json",
    });
    expected["output.value"] = found["output.value"].clone();
    assert_attributes(found, expected);
}

#[test]
fn tool_results_become_tool_messages() {
    let results = json!([
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "a", "response": "sun"}]},
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "b", "result": {"sky": 1}}]},
        {"role": "user", "parts": [
            {"type": "tool_call_response", "id": "c", "response": "rain"},
            {"type": "text", "content": "And now?"},
        ]},
        {"role": "tool", "tool_call_id": "d", "content": "snow"},
    ]);
    let mut found = translated(&json!({
        "gen_ai.operation.name": "chat",
        "gen_ai.input.messages": results.to_string(),
    }));
    found.retain(|key, _| key.starts_with("llm.input_messages"));
    let mut expected = serde_json::Map::new();
    let messages = [
        ("tool", Some("a"), "sun".into()),
        ("tool", Some("b"), json!({"sky": 1})),
        ("tool", Some("c"), "rain".into()),
        ("user", None, Value::from("And now?")),
        ("tool", Some("d"), "snow".into()),
    ];
    for (place, (role, id, content)) in messages.into_iter().enumerate() {
        let key = |leaf: &str| format!("llm.input_messages.{place}.message.{leaf}");
        expected.insert(key("role"), role.into());
        expected.insert(key("content"), content);
        if let Some(id) = id {
            expected.insert(key("tool_call_id"), id.into());
        }
    }
    assert_attributes(found, expected.into());
}

#[test]
fn media_become_content_parts_and_unknown_parts_are_kept() {
    let message = json!([{"role": "user", "name": "Ann", "parts": [
        {"type": "uri", "modality": "image", "uri": "https://example.com/a.png"},
        {"type": "blob", "modality": "audio", "mime_type": "audio/wav", "content": "AAAA"},
        {"type": "blob", "mime_type": "application/pdf", "content": "BBBB"},
        {"type": "opaque", "kind": "search"},
    ]}]);
    let mut found = translated(&json!({
        "gen_ai.request.model": "m", "gen_ai.input.messages": message.to_string(),
    }));
    found.retain(|key, _| key.starts_with("llm.input_messages"));
    let found = Value::Object(found);
    let at = |place: usize, leaf: &str| {
        &found[format!("llm.input_messages.0.message.contents.{place}.message_content.{leaf}")]
    };
    assert_eq!(found["llm.input_messages.0.message.name"], "Ann");
    assert_eq!(at(0, "image.image.url"), "https://example.com/a.png");
    assert_eq!(at(1, "audio.audio.url"), "data:audio/wav;base64,AAAA");
    assert_eq!(at(2, "document.document.url"), "data:application/pdf;base64,BBBB");
    assert_eq!(at(3, "text"), &json!({"type": "opaque", "kind": "search"}));
}

#[test]
fn embedding_and_retrieval_operations_set_their_kinds() {
    assert_attributes(
        translated(&json!({
            "gen_ai.operation.name": "embeddings",
            "gen_ai.request.model": "text-embedding-3-small",
            "gen_ai.usage.input_tokens": 8,
        })),
        json!({
            "openinference.span.kind": "EMBEDDING",
            "embedding.model_name": "text-embedding-3-small",
            "embedding.invocation_parameters": {"model": "text-embedding-3-small"},
            "llm.token_count.prompt": 8,
            "llm.token_count.total": 8,
        }),
    );
    assert_attributes(
        translated(&json!({
            "gen_ai.operation.name": "retrieval",
            "gen_ai.retrieval.query.text": "capital of France",
            "gen_ai.retrieval.documents": r#"[{"id": 7, "score": 0.5, "content": "Paris"}]"#,
        })),
        json!({
            "openinference.span.kind": "RETRIEVER",
            "input.value": "capital of France",
            "input.mime_type": "text/plain",
            "retrieval.documents.0.document.id": "7",
            "retrieval.documents.0.document.score": 0.5,
            "retrieval.documents.0.document.content": "Paris",
        }),
    );
}

#[test]
fn tool_and_agent_operations_set_their_kinds() {
    assert_attributes(
        translated(&json!({
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "weather",
            "gen_ai.tool.description": "Looks outside",
            "gen_ai.tool.call.id": "call_1",
            "gen_ai.tool.call.arguments": r#"{"city": "Oslo"}"#,
            "gen_ai.tool.call.result": "sun",
        })),
        json!({
            "openinference.span.kind": "TOOL",
            "tool.name": "weather",
            "tool.description": "Looks outside",
            "tool.id": "call_1",
            "input.value": {"city": "Oslo"},
            "input.mime_type": "application/json",
            "output.value": "sun",
            "output.mime_type": "text/plain",
        }),
    );
    assert_attributes(
        translated(&json!({
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": "planner",
            "gen_ai.prompt": "Plan a trip",
            "gen_ai.completion": "Done",
        })),
        json!({
            "openinference.span.kind": "AGENT",
            "agent.name": "planner",
            "input.value": "Plan a trip",
            "input.mime_type": "text/plain",
            "output.value": "Done",
            "output.mime_type": "text/plain",
        }),
    );
}

#[test]
fn kind_comes_from_the_operation_or_the_attributes_present() {
    let by_operation = [
        ("generate_content", "LLM"),
        ("text_completion", "LLM"),
        ("create_agent", "AGENT"),
        ("rerank", "RERANKER"),
        ("invoke_workflow", "CHAIN"),
        ("plan", "CHAIN"),
        ("search_memory", "CHAIN"),
    ];
    for (operation, kind) in by_operation {
        let found = translated(&json!({ "gen_ai.operation.name": operation }));
        assert_eq!(found["openinference.span.kind"], kind, "{operation}");
    }
    for (key, kind) in [
        ("gen_ai.request.model", "LLM"),
        ("gen_ai.tool.name", "TOOL"),
        ("gen_ai.agent.name", "AGENT"),
        ("gen_ai.workflow.name", "CHAIN"),
    ] {
        assert_eq!(translated(&json!({ key: "x" }))["openinference.span.kind"], kind, "{key}");
    }
    assert_attributes(translated(&json!({ "http.request.method": "GET" })), json!({}));
}

#[test]
fn cached_tokens_outside_the_input_count_are_added() {
    let found = translated(&json!({
        "gen_ai.request.model": "claude-sonnet-4-5",
        "gen_ai.usage.input_tokens": 10,
        "gen_ai.usage.output_tokens": 5,
        "gen_ai.usage.cache_read.input_tokens": 1000,
        "gen_ai.usage.cache_creation.input_tokens": 200,
    }));
    assert_eq!(found["llm.token_count.prompt"], 1210);
    assert_eq!(found["llm.token_count.total"], 1215);
    assert_eq!(found["llm.system"], "anthropic");
}

#[test]
fn existing_openinference_attributes_are_kept() {
    let attributes = json!({
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.input.messages": r#"[{"role": "user", "content": "from GenAI"}]"#,
        "llm.input_messages.0.message.content": "as it was",
        "llm.model_name": "mine",
    });
    let found = exported(|builder| builder, &attributes, &[]);
    assert_eq!(found["llm.model_name"], "mine");
    assert_eq!(found["llm.input_messages.0.message.content"], "as it was");
    assert!(!found.contains_key("llm.input_messages.0.message.role"), "two sources were mixed");

    let mut with_kind = attributes;
    with_kind["openinference.span.kind"] = "CHAIN".into();
    assert_attributes(translated(&with_kind), json!({}));
}

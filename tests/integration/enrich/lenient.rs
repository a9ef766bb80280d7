//! Fields that servers omit, repeat or add: one unreadable field must not hide the others.

use super::enriched_call;
use serde_json::{Map, Value, json};

fn request(request: Value) -> Map<String, Value> {
    enriched_call("LLM", Some(&request), None)
}

fn response(response: Value) -> Map<String, Value> {
    enriched_call("LLM", None, Some(&response))
}

fn output(found: &Map<String, Value>) -> Value {
    serde_json::from_str(found["output.value"].as_str().unwrap()).unwrap()
}

#[test]
fn caller_options_are_not_mistaken_for_ollama() {
    let message = json!([{"role": "user", "content": "hi"}]);
    let cases = [
        (json!({"messages": message, "options": {"retries": 3}}), false),
        (json!({"messages": message, "options": {"num_ctx": 3}}), false),
        (json!({"model": "m", "messages": message, "options": {"retries": 3}}), false),
        (json!({"model": "m", "messages": message, "options": {"num_ctx": 3}}), true),
        (json!({"model": "m", "messages": message, "keep_alive": "5m"}), true),
    ];
    for (case, is_ollama) in cases {
        let found = request(case.clone());
        assert_eq!(found["llm.input_messages.0.message.content"], "hi");
        assert_eq!(found.contains_key("llm.provider"), is_ollama, "{case}");
    }
}

#[test]
fn openai_tool_calls_are_not_mistaken_for_bedrock() {
    let calls = json!([{"id": "call_1", "function": {"name": "f", "arguments": "{}"}}]);
    let found = request(json!({
        "messages": [{"role": "assistant", "content": [], "tool_calls": calls}],
    }));
    assert!(!found.contains_key("llm.provider"));
    let name = "llm.input_messages.0.message.tool_calls.0.tool_call.function.name";
    assert_eq!(found[name], "f");
}

#[test]
fn streamed_tool_call_keeps_id_and_name() {
    let chunk = |call: Value| json!({"choices": [{"index": 0, "delta": {"tool_calls": [call]}}]});
    let found = response(json!([
        chunk(json!({"index": 0, "id": "call_1", "function": {"name": "f", "arguments": ""}})),
        chunk(json!({"index": 0, "id": "", "function": {"name": "", "arguments": "{}"}})),
    ]));
    let call = "llm.output_messages.0.message.tool_calls.0.tool_call";
    assert_eq!(found[&format!("{call}.id")], "call_1");
    assert_eq!(found[&format!("{call}.function.name")], "f");
    assert_eq!(found[&format!("{call}.function.arguments")], "{}");
}

#[test]
fn chunk_without_delta_is_part_of_the_stream() {
    let piece = |text: &str| {
        let choices = json!([{"index": 0, "delta": {"content": text}, "finish_reason": null}]);
        json!({"id": "c", "object": "chat.completion.chunk", "model": "gpt-4o", "choices": choices})
    };
    let filtered = json!({
        "id": "", "object": "", "created": 0, "model": "",
        "choices": [{
            "index": 0, "finish_reason": null,
            "content_filter_results": {}, "content_filter_offsets": {},
        }],
        "usage": null,
    });
    let found = response(json!([piece("a"), filtered, piece("b"), filtered]));
    assert_eq!(found["llm.output_messages.0.message.content"], "ab");
    assert_eq!(found["llm.model_name"], "gpt-4o");
    let alone = response(json!([
        {"model": "", "choices": [{"index": 0, "delta": {"content": "a"}}]},
    ]));
    assert!(!alone.contains_key("llm.model_name"));
}

#[test]
fn usage_chunk_without_choices_is_read() {
    let piece = json!({
        "object": "chat.completion.chunk", "model": "m",
        "choices": [{"index": 0, "delta": {"content": "a"}, "finish_reason": "stop"}],
    });
    let usage = json!({"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3});
    for choices in [json!([]), Value::Null] {
        let last = json!({"object": "chat.completion.chunk", "choices": choices, "usage": usage});
        let found = response(json!([piece, last]));
        assert_eq!(found["llm.output_messages.0.message.content"], "a");
        assert_eq!(found["llm.token_count.total"], 3);
    }
}

#[test]
fn consecutive_assistant_messages_stay_separate() {
    let message = |text: &str| json!({"role": "assistant", "content": [{"text": text}]});
    let bedrock = json!({"modelId": "m", "messages": [message("a"), message("b")]});
    let message = |text: &str| json!({"role": "assistant", "content": text});
    let anthropic = json!({"model": "claude-x", "messages": [message("a"), message("b")]});
    for input in [bedrock, anthropic] {
        let found = request(input);
        assert_eq!(found["llm.input_messages.0.message.content"], "a");
        assert_eq!(found["llm.input_messages.1.message.content"], "b");
    }
}

#[test]
fn empty_model_name_is_ignored() {
    let answer = json!({"role": "assistant", "content": "a"});
    let found = response(json!({"model": "", "choices": [{"message": answer}]}));
    assert_eq!(found["llm.output_messages.0.message.content"], "a");
    assert!(!found.keys().any(|key| key.contains("model_name")), "{found:?}");
}

#[test]
fn error_ending_a_stream_is_kept() {
    let anthropic = json!([
        {"type": "message_start", "message": {
            "type": "message", "role": "assistant", "model": "claude-x", "content": [],
            "usage": {"input_tokens": 1, "output_tokens": 1},
        }},
        {"type": "error", "error": {"type": "overloaded_error", "message": "boom"}},
    ]);
    let responses = json!([
        {"type": "response.created", "response": {
            "object": "response", "status": "in_progress", "error": null, "output": [],
        }},
        {"type": "error", "code": "server_error", "message": "boom"},
    ]);
    let bedrock = json!([
        {"messageStart": {"role": "assistant"}},
        {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "a"}}},
        {"modelStreamErrorException": {"message": "boom"}},
    ]);
    for events in [anthropic, responses, bedrock] {
        let output = output(&response(events));
        assert!(output.is_object(), "{output}");
        assert!(output["error"].to_string().contains("boom"), "{output}");
    }
}

#[test]
fn unknown_response_item_leaves_the_others_readable() {
    let found = response(json!({
        "object": "response", "model": "gpt-5",
        "output": [
            {"type": "tool_search_call", "arguments": {"paths": ["crm"]}},
            {"type": "reasoning", "id": "rs", "summary": null},
            {"type": "message", "role": "assistant",
                "content": [{"type": "output_text", "text": "hi"}]},
        ],
        "usage": {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3},
    }));
    assert_eq!(found["llm.token_count.total"], 3);
    let call = "llm.output_messages.0.message.tool_calls.0.tool_call.function";
    assert_eq!(found[&format!("{call}.name")], "tool_search_call");
    assert_eq!(found[&format!("{call}.arguments")], r#"{"paths":["crm"]}"#);
    assert_eq!(found["llm.output_messages.0.message.content"], "hi");
}

#[test]
fn built_in_tool_output_becomes_a_tool_message() {
    let found = request(json!({"model": "gpt-5", "input": [
        {"type": "computer_call_output", "call_id": "c"},
        {"type": "local_shell_call_output", "call_id": "d", "output": "done"},
    ]}));
    let value = |key: &str| found[&format!("llm.input_messages.{key}")].clone();
    assert_eq!(value("0.message.role"), "tool");
    assert_eq!(value("0.message.tool_call_id"), "c");
    assert_eq!(value("1.message.tool_call_id"), "d");
    assert_eq!(value("1.message.content"), "done");
}

#[test]
fn malformed_usage_or_reasoning_is_skipped_alone() {
    let answer = json!({"role": "assistant", "content": "a", "reasoning": {"text": "x"}});
    let found = response(json!({"choices": [{"message": answer}], "usage": {}}));
    assert_eq!(found["llm.output_messages.0.message.content"], "a");
    assert!(!found.keys().any(|key| key.contains("token_count")), "{found:?}");
    let answer = json!({"role": "assistant", "content": "a"});
    let found = response(json!({
        "choices": [{"message": answer}], "usage": {"completion_tokens": 2, "total_tokens": 5},
    }));
    assert_eq!(found["llm.token_count.completion"], 2);
    assert_eq!(found["llm.token_count.total"], 5);
}

#[test]
fn missing_usage_is_accepted_for_every_api() {
    let content = json!([{"type": "text", "text": "a"}]);
    let anthropic = json!({
        "type": "message", "role": "assistant", "model": "claude-x", "content": content, "usage": {},
    });
    let message = json!({"role": "assistant", "content": [{"text": "a"}]});
    let bedrock = json!({"output": {"message": message}, "usage": {}});
    let message = json!({"type": "message", "role": "assistant", "content": "a"});
    let responses = json!({"object": "response", "output": [message], "usage": {}});
    for reply in [anthropic, bedrock, responses] {
        let found = response(reply);
        let part = "llm.output_messages.0.message";
        assert_eq!(found[&format!("{part}.role")], "assistant");
        assert!(!found.keys().any(|key| key.contains("token_count")), "{found:?}");
    }
}

#[test]
fn client_argument_as_text_is_no_invocation_parameter() {
    let found = request(json!({
        "client": "<Client>", "other": "Client { base: \"http://localhost\" }",
        "model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}],
        "temperature": 0.5, "stop": "</s>",
    }));
    let parameters = found["llm.invocation_parameters"].as_str().unwrap();
    let parameters: Value = serde_json::from_str(parameters).unwrap();
    assert_eq!(parameters, json!({"model": "gpt-4o", "temperature": 0.5, "stop": "</s>"}));
}

#[test]
fn client_argument_as_object_is_no_invocation_parameter() {
    let client = json!({"base": "http://localhost", "headers": [{"name": "x"}]});
    let messages = json!([{"role": "user", "content": "hi"}]);
    let format = json!({"type": "json_object"});
    let parameters = |input: Value| {
        let found = request(input);
        assert_eq!(found["llm.input_messages.0.message.content"], "hi");
        let text = found["llm.invocation_parameters"].as_str().unwrap().to_owned();
        serde_json::from_str::<Value>(&text).unwrap()
    };
    let expected = json!({"model": "gpt-4o", "stop": ["a"], "response_format": format});
    let arguments = json!({
        "client": client, "retries": [{"after": 1}], "model": "gpt-4o", "messages": messages,
        "stop": ["a"], "response_format": format,
    });
    assert_eq!(parameters(arguments), expected);
    let body = json!({
        "model": "gpt-4o", "messages": messages, "stop": ["a"], "response_format": format,
    });
    assert_eq!(parameters(json!({"client": client, "body": body})), expected);
    // Every field of the request body itself is sent, so unknown fields are parameters too.
    let body = json!({"model": "gpt-4o", "messages": messages, "brand_new": {"on": true}});
    let expected = json!({"model": "gpt-4o", "brand_new": {"on": true}});
    assert_eq!(parameters(json!({"client": client, "body": body})), expected);
}

#[test]
fn base64_vectors_are_decoded() {
    let vector = |embedding: &str| {
        let data = json!([{"object": "embedding", "index": 0, "embedding": embedding}]);
        let output = json!({"object": "list", "data": data, "model": "text-embedding-3-small"});
        let mut found = enriched_call("EMBEDDING", None, Some(&output));
        assert_eq!(found["embedding.model_name"], "text-embedding-3-small");
        found.remove("embedding.embeddings.0.embedding.vector")
    };
    assert_eq!(vector("AAAAPwAAgL8AAEBA"), Some(json!([0.5, -1.0, 3.0])));
    // Invalid base64, a length that is not a multiple of four bytes, a NaN, and empty text.
    for other in ["hello, world", "AAAAPwA=", "AADAfw==", ""] {
        assert_eq!(vector(other), None, "{other}");
    }
}

#[test]
fn vectors_are_ordered_by_index() {
    let data = json!([{"index": 1, "embedding": [1.0]}, {"index": 0, "embedding": [0.5]}]);
    let (input, output) = (json!({"model": "m", "input": ["a", "b"]}), json!({"data": data}));
    let found = enriched_call("EMBEDDING", Some(&input), Some(&output));
    assert_eq!(found["embedding.embeddings.0.embedding.vector"], json!([0.5]));
    assert_eq!(found["embedding.embeddings.1.embedding.vector"], json!([1.0]));
}

#[test]
fn ten_thousand_tool_call_indexes_are_joined() {
    let chunk = |index: u32| {
        let call = json!({"index": index, "id": "c", "function": {"name": "f", "arguments": "{}"}});
        json!({"choices": [{"index": 0, "delta": {"tool_calls": [call]}}]})
    };
    let found = response((0..10_000).map(chunk).collect());
    let calls = output(&found)["choices"][0]["message"]["tool_calls"].as_array().map(Vec::len);
    assert_eq!(calls, Some(10_000));
}

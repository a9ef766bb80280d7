//! Known parts are read beside unknown ones, and an unknown part is shown as its JSON.
//!
//! The shapes follow the documentation of the vendors and the types of their clients, which
//! `docs/attributes.md` names.

use super::{enriched_call, parsed};
use serde_json::{Map, Value, json};

fn request(request: Value) -> Map<String, Value> {
    parsed(enriched_call("LLM", Some(&json!({"url": "u", "body": request})), None))
}

fn response(response: Value) -> Map<String, Value> {
    parsed(enriched_call("LLM", None, Some(&response)))
}

/// Returns the attributes of a message, without the beginning of their keys.
fn message(found: &Map<String, Value>, list: &str, index: usize) -> Map<String, Value> {
    let prefix = format!("llm.{list}_messages.{index}.message.");
    let below = |(key, value): (&String, &Value)| {
        Some((key.strip_prefix(&prefix)?.to_owned(), value.clone()))
    };
    found.iter().filter_map(below).collect()
}

fn output(found: &Map<String, Value>, index: usize) -> Map<String, Value> {
    message(found, "output", index)
}

fn chunk(delta: Value) -> Value {
    json!({"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta}]})
}

#[test]
fn anthropic_response_without_type_and_role_is_read() {
    // `CreateMessagesResponse` of async-anthropic 0.6.
    let found = response(json!({
        "id": "msg_1", "model": "claude-sonnet-4", "stop_reason": "end_turn",
        "stop_sequence": null, "content": [{"type": "text", "text": "Hello"}],
        "usage": {"input_tokens": 9, "output_tokens": 2},
    }));
    assert_eq!(output(&found, 0)["content"], "Hello");
    assert_eq!(found["llm.finish_reason"], "end_turn");
    assert_eq!(found["llm.token_count.total"], 11);
}

#[test]
fn anthropic_zero_count_at_the_end_keeps_the_first_count() {
    let found = response(json!([
        {"type": "message_start", "message": {
            "type": "message", "role": "assistant", "model": "claude-x", "content": [],
            "usage": {"input_tokens": 9, "output_tokens": 1},
        }},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"},
            "usage": {"input_tokens": 0, "output_tokens": 5}},
    ]));
    assert_eq!(found["llm.token_count.prompt"], 9);
    assert_eq!(found["llm.token_count.completion"], 5);
    let usage = |prompt: u8, completion: u8| json!({"choices": [], "usage": {"prompt_tokens": prompt, "completion_tokens": completion}});
    let found = response(json!([chunk(json!({"content": "a"})), usage(9, 5), usage(0, 0)]));
    assert_eq!(found["llm.token_count.prompt"], 9);
}

#[test]
fn parallel_calls_with_one_index_stay_separate() {
    let call = |id: &str, arguments: &str| {
        json!({"index": 0, "id": id, "type": "function",
            "function": {"name": "weather", "arguments": arguments}})
    };
    let piece = json!({"index": 0, "function": {"arguments": "}"}});
    let openai = json!([
        chunk(json!({"role": "assistant", "tool_calls": [call("a", "{}"), call("b", "{")]})),
        chunk(json!({"tool_calls": [piece]})),
        chunk(json!({"tool_calls": [call("c", "{}")]})),
    ]);
    let start = |id: &str| {
        let block = json!({"type": "tool_use", "id": id, "name": "weather", "input": {}});
        json!({"type": "content_block_start", "index": 0, "content_block": block})
    };
    let anthropic = json!([
        {"type": "message_start", "message": {
            "type": "message", "role": "assistant", "model": "claude-x", "content": [], "usage": {},
        }},
        start("a"), start("b"), start("c"),
    ]);
    let start = |id: &str| {
        let call = json!({"toolUse": {"toolUseId": id, "name": "weather"}});
        json!({"contentBlockStart": {"contentBlockIndex": 0, "start": call}})
    };
    let bedrock =
        json!([{"messageStart": {"role": "assistant"}}, start("a"), start("b"), start("c")]);
    let added = |id: &str| {
        let item = json!({"type": "function_call", "id": id, "call_id": id, "name": "weather",
            "arguments": "{}"});
        json!({"type": "response.output_item.added", "output_index": 0, "item": item})
    };
    let created = json!({"object": "response", "output": []});
    let responses = json!([
        {"type": "response.created", "response": created}, added("a"), added("b"), added("c"),
    ]);
    for stream in [openai, anthropic, bedrock, responses] {
        let message = output(&response(stream.clone()), 0);
        for (index, id) in ["a", "b", "c"].iter().enumerate() {
            let call = format!("tool_calls.{index}.tool_call");
            assert_eq!(message[&format!("{call}.id")], *id, "{stream}");
            assert_eq!(message[&format!("{call}.function.arguments")], json!({}), "{stream}");
        }
    }
}

#[test]
fn bedrock_unknown_block_or_audio_without_source_is_shown_as_json() {
    let unknown = json!({"brandNew": {"a": 1}});
    let audio = json!({"audio": {"format": "wav"}});
    let content = json!([{"text": "Hello"}, unknown, audio]);
    let found = response(json!({
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": "end_turn", "usage": {"inputTokens": 9, "outputTokens": 2},
    }));
    let message = output(&found, 0);
    assert_eq!(message["contents.0.message_content.text"], "Hello");
    assert_eq!(message["contents.1.message_content.text"], unknown);
    assert_eq!(message["contents.2.message_content.text"], audio);
    assert_eq!(found["llm.token_count.total"], 11);
    let found = request(json!({"messages": [{"role": "user", "content": content}]}));
    assert_eq!(super::parsed(found.clone())["llm.provider"], "aws");
    assert_eq!(self::message(&found, "input", 0)["contents.1.message_content.text"], unknown);
}

#[test]
fn bedrock_unknown_delta_is_kept_in_the_joined_response() {
    let delta = json!({"contentBlockDelta": {"contentBlockIndex": 1, "delta": {"new": "x"}}});
    let found = response(json!([
        {"messageStart": {"role": "assistant"}},
        {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "Hel"}}},
        delta,
        {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "lo"}}},
        {"messageStop": {"stopReason": "end_turn"}},
    ]));
    assert_eq!(output(&found, 0)["content"], "Hello");
    assert_eq!(found["output.value"]["unknown_chunks"], json!([delta]));
}

#[test]
fn empty_chunk_in_a_stream_is_skipped() {
    let candidate = |text: &str| json!({"content": {"role": "model", "parts": [{"text": text}]}});
    let gemini = |text: &str| json!({"candidates": [candidate(text)]});
    for stream in [
        json!([{}, chunk(json!({"content": "a"})), {}, chunk(json!({"content": "b"})), null]),
        json!([{}, gemini("a"), {}, gemini("b"), {}]),
    ] {
        let found = response(stream);
        assert_eq!(output(&found, 0)["content"], "ab");
        assert_eq!(found["output.value"].get("unknown_chunks"), None);
    }
}

#[test]
fn unknown_chunk_is_kept_in_the_joined_response() {
    let found = response(json!([chunk(json!({"content": "a"})), {"delta": "b"}, "text"]));
    assert_eq!(output(&found, 0)["content"], "a");
    assert_eq!(found["output.value"]["unknown_chunks"], json!([{"delta": "b"}, "text"]));
}

#[test]
fn unknown_role_is_shown_as_json() {
    let unknown = json!({"role": "wizard", "content": "Abracadabra"});
    let user = json!({"role": "user", "content": "hi"});
    let bedrock = json!({"role": "user", "content": [{"text": "hi"}]});
    let gemini = json!({"role": "user", "parts": [{"text": "hi"}]});
    for body in [
        json!({"model": "gpt-4o", "messages": [unknown, user]}),
        json!({"model": "claude-x", "messages": [unknown, user]}),
        json!({"modelId": "nova", "messages": [unknown, bedrock]}),
        json!({"model": "gpt-5", "input": [unknown, user]}),
        json!({"contents": [unknown, gemini]}),
    ] {
        let found = request(body.clone());
        assert_eq!(message(&found, "input", 0)["content"], unknown, "{body}");
        assert_eq!(message(&found, "input", 1)["content"], "hi", "{body}");
    }
}

#[test]
fn counts_as_floats_or_text_are_read() {
    let message = json!({"role": "assistant", "content": "a"});
    let openai = json!({"choices": [{"message": message}],
        "usage": {"prompt_tokens": 9.0, "completion_tokens": "2", "total_tokens": 11.0}});
    let bedrock = json!({
        "output": {"message": {"role": "assistant", "content": [{"text": "a"}]}},
        "usage": {"inputTokens": 9.0, "outputTokens": 2.0, "totalTokens": 11.0},
    });
    let gemini = json!({
        "candidates": [{"content": {"parts": [{"text": "a"}]}}],
        "usageMetadata": {"promptTokenCount": 9.0, "candidatesTokenCount": 2.0},
    });
    for reply in [openai, bedrock, gemini] {
        let found = response(reply.clone());
        assert_eq!(found["llm.token_count.total"], 11, "{reply}");
    }
    // A count of another form leaves the others and the answer.
    let found = response(json!({"choices": [{"message": message}],
        "usage": {"prompt_tokens": [9], "completion_tokens": 2}}));
    assert_eq!(output(&found, 0)["content"], "a");
    assert_eq!(found["llm.token_count.completion"], 2);
    assert!(!found.contains_key("llm.token_count.prompt"));
}

#[test]
fn tool_call_without_a_name_keeps_the_rest() {
    let call = json!({"id": "call_1", "function": {"arguments": "{\"a\":1}"}});
    let openai = json!({"choices": [
        {"message": {"role": "assistant", "content": "b", "tool_calls": [call]}},
    ]});
    let anthropic = json!({
        "type": "message", "role": "assistant", "model": "claude-x", "usage": {},
        "content": [{"type": "text", "text": "b"},
            {"type": "tool_use", "id": "call_1", "input": {"a": 1}}],
    });
    let responses = json!({"object": "response", "output": [
        {"type": "message", "role": "assistant",
            "content": [{"type": "output_text", "text": "b"}]},
        {"type": "function_call", "call_id": "call_1", "arguments": "{\"a\":1}"},
    ]});
    let bedrock = json!({"output": {"message": {"role": "assistant", "content": [
        {"text": "b"}, {"toolUse": {"toolUseId": "call_1", "input": {"a": 1}}},
    ]}}});
    let gemini = json!({"candidates": [{"content": {"role": "model", "parts": [
        {"text": "b"}, {"functionCall": {"id": "call_1", "args": {"a": 1}}},
    ]}}], "modelVersion": "gemini-x"});
    for reply in [openai, anthropic, responses, bedrock, gemini] {
        let message = output(&response(reply.clone()), 0);
        assert_eq!(message["content"], "b", "{reply}");
        assert_eq!(message["tool_calls.0.tool_call.id"], "call_1", "{reply}");
        let arguments = &message["tool_calls.0.tool_call.function.arguments"];
        assert_eq!(*arguments, json!({"a": 1}), "{reply}");
    }
}

#[test]
fn tool_call_of_an_unknown_type_is_shown_as_json() {
    let call = json!({"id": "call_1", "type": "brand_new", "brand_new": {"a": 1}});
    let message = json!({"role": "assistant", "tool_calls": [call]});
    let message = output(&response(json!({"choices": [{"message": message}]})), 0);
    assert_eq!(message["tool_calls.0.tool_call.function.name"], "brand_new");
    assert_eq!(message["tool_calls.0.tool_call.function.arguments"], call);
}

#[test]
fn fields_of_a_wrong_type_leave_the_others() {
    let found = request(json!({"model": 4, "messages": [
        {"role": "user", "content": [{"type": "text", "text": 5}, {"type": "text", "text": "hi"}]},
        {"role": "assistant", "content": "x", "tool_calls": "none"},
    ]}));
    let user = message(&found, "input", 0);
    assert_eq!(user["contents.0.message_content.text"], json!({"type": "text", "text": 5}));
    assert_eq!(user["contents.1.message_content.text"], "hi");
    assert_eq!(message(&found, "input", 1)["content"], "x");
    let found = request(json!({"model": "llama3.2", "prompt": ["a", {"b": 1}]}));
    assert_eq!(found["llm.prompts.1.prompt.text"], json!({"b": 1}));
    let found = request(json!({"message": "hi", "chat_history": [
        {"role": "USER", "message": "a"}, {"role": "NEW", "message": "b"},
    ]}));
    assert_eq!(message(&found, "input", 1)["content"], json!({"role": "NEW", "message": "b"}));
}

#[test]
fn settings_of_a_request_whose_url_names_the_model_are_read() {
    let messages = json!([{"role": "user", "content": "hi"}]);
    let blocks = json!([{"role": "user", "content": [{"text": "hi"}]}]);
    let tool = json!({"name": "f", "input_schema": {"type": "object"}});
    let converse = json!({
        "messages": blocks, "inferenceConfig": {"maxTokens": 9},
        "additionalModelRequestFields": {"top_k": 5},
    });
    let settings = [
        // Azure OpenAI, Converse, and `InvokeModel` with the body of Anthropic.
        (
            json!({"messages": messages, "temperature": 0.5, "brand_new": 1}),
            json!({"temperature": 0.5, "brand_new": 1}),
        ),
        (converse, json!({"maxTokens": 9, "top_k": 5})),
        (
            json!({"messages": messages, "tools": [tool], "max_tokens": 9,
                "anthropic_version": "bedrock-2023-05-31"}),
            json!({"max_tokens": 9}),
        ),
    ];
    for (body, settings) in settings {
        assert_eq!(request(body.clone())["llm.invocation_parameters"], settings);
        let text = json!({"url": "u", "body": body.to_string()});
        let found = parsed(enriched_call("LLM", Some(&text), None));
        assert_eq!(found["llm.invocation_parameters"], settings);
    }
    // As arguments, only the names of known settings are settings.
    let arguments = json!({"messages": messages, "temperature": 0.5, "attempt": 3});
    let found = parsed(enriched_call("LLM", Some(&arguments), None));
    assert_eq!(found["llm.invocation_parameters"], json!({"temperature": 0.5}));
}

#[test]
fn openrouter_images_beside_the_text_are_read() {
    let image = json!({"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}});
    let whole = json!({"choices": [
        {"message": {"role": "assistant", "content": "Here", "images": [image]}},
    ]});
    let streamed = json!([chunk(json!({"content": "Here"})), chunk(json!({"images": [image]}))]);
    for reply in [whole, streamed] {
        let message = output(&response(reply), 0);
        assert_eq!(message["contents.0.message_content.text"], "Here");
        let url = "contents.1.message_content.image.image.url";
        assert_eq!(message[url], "data:image/png;base64,AA");
    }
}

#[test]
fn openai_request_with_a_stored_prompt_is_read() {
    let prompt = json!({"id": "pmpt_1", "version": "2", "variables": {"city": "Paris"}});
    let found = request(json!({"model": "gpt-5", "prompt": prompt}));
    assert_eq!(found["llm.request.model_name"], "gpt-5");
    assert_eq!(found["llm.invocation_parameters"], json!({"model": "gpt-5", "prompt": prompt}));
    let found = request(json!({"prompt": prompt}));
    assert_eq!(found["llm.invocation_parameters"], json!({"prompt": prompt}));
}

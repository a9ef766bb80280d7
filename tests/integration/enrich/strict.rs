//! JSON that resembles a known request or response must add no attribute, and attributes that are
//! set already must stay.

use super::{enriched, enriched_call};
use serde_json::{Value, json};
use trace_runtime::opentelemetry::KeyValue;

fn assert_adds_nothing(kind: &str, input: Option<&Value>, output: Option<&Value>) {
    let found = enriched_call(kind, input, output);
    let given = ["openinference.span.kind", "input.value", "output.value"];
    for (key, value) in &found {
        assert!(given.contains(&key.as_str()), "{input:?} {output:?}: {key} = {value}");
    }
    assert_eq!(found.get("output.value").cloned(), output.map(|value| json!(value.to_string())));
}

#[test]
fn near_miss_request_adds_nothing() {
    let message = |message: Value| json!({"model": "gpt-4o", "messages": [message]});
    let requests = [
        json!({"model": "gpt-4o"}),
        json!({"model": "gpt-4o", "messages": []}),
        json!({"model": "gpt-4o", "messages": "hi"}),
        message(json!("hi")),
        message(json!({"role": "user"})),
        message(json!({"role": "user", "content": 5})),
        message(json!({"role": "user", "content": [{"text": "no type"}]})),
        message(json!({"role": "wizard", "content": "hi"})),
        message(json!({"content": "no role"})),
        json!({"contents": [{"role": "user", "parts": "hi"}]}),
        json!({"modelId": "m", "messages": [{"role": "user", "content": [{"txt": "hi"}]}]}),
        json!({"model": "gpt-4o", "input": 5}),
        json!({"model": "llama3.2", "prompt": []}),
        json!({"prompt": ["an", "argument"]}),
        json!({"message": "an argument"}),
        json!({"message": "hi", "model": "gpt-4o"}),
        json!({"message": {"text": "hi"}, "preamble": "Be brief."}),
        json!({"message": "hi", "chat_history": ["hi"]}),
        json!({"message": "hi", "chat_history": [{"role": "user", "message": "hi"}]}),
        json!({"message": "hi", "chat_history": [{"role": "TOOL", "message": "hi"}]}),
        json!({"input": "an argument"}),
        json!({"prompt": "an argument"}),
        json!({"contents": [{"title": "a", "body": "b"}]}),
        json!([{"role": "user", "content": "a list alone"}]),
        // Google's Interactions API, which is not read.
        json!({"model": "gemini-3.5-flash", "input": [{"type": "text", "text": "hi"}]}),
        json!({"model": "gemini-3.5-flash", "input": [{"role": "model", "content": "hi"}]}),
        json!({"model": "gemini-3.5-flash", "input": "hi", "system_instruction": "Be brief."}),
        json!({"agent": "deep-research", "input": [{"type": "user_input", "content": "hi"}]}),
        json!({"prompt": {"id": 5}}),
        // The roles and parts of `genai` are capitalized.
        json!({"messages": [{"role": "User", "content": "hi"}]}),
    ];
    for request in &requests {
        assert_adds_nothing("LLM", Some(request), None);
        assert_adds_nothing("LLM", Some(&json!({"request": request, "n": 1})), None);
    }
}

#[test]
fn near_miss_response_adds_nothing() {
    let choice = |choice: Value| json!({"object": "chat.completion", "choices": [choice]});
    let responses = [
        json!({"choices": []}),
        json!({"choices": {"message": {"role": "assistant", "content": "x"}}}),
        choice(json!({"message": "hi"})),
        choice(json!({"message": {"content": "no role"}})),
        choice(json!({"message": {"role": "user", "content": "not the model's"}})),
        json!({"type": "message", "role": "assistant", "content": [{"type": "text", "text": "x"}]}),
        json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
        json!({"candidates": [{"content": {"parts": "hi"}}]}),
        json!({"candidates": [{"content": {"role": "user", "parts": [{"text": "hi"}]}}]}),
        json!({"output": {"message": {"role": "user", "content": [{"text": "hi"}]}}}),
        json!({"object": "list", "output": []}),
        json!({"model": "m", "created_at": "t", "done": "yes", "response": "hi"}),
        json!({"id": "1", "message": {"role": "assistant", "content": "hi"}}),
        json!({"candidates": [{"name": "Ada", "score": 0.9}]}),
        json!({"candidates": [{"content": {"title": "a"}}]}),
        // No role and no type, and too little beside them.
        json!({"model": "m", "content": [{"type": "text", "text": "x"}], "usage": {}}),
        json!({"content": [{"type": "text", "text": "x"}], "stop_reason": "end_turn",
               "usage": {"input_tokens": 1}}),
        // Google's Interactions API, which is not read.
        json!({"object": "interaction", "model": "gemini-3.5-flash", "status": "completed",
               "outputs": [{"type": "text", "text": "x"}], "usage": {"total_tokens": 3}}),
        json!({"modelVersion": "gemini-x", "candidates": []}),
        json!({"promptFeedback": {"blockReason": "SAFETY"}}),
        json!({"output": {"message": {"role": "assistant", "content": [{"newBlock": {}}]}}}),
        json!([{"candidates": [{"name": "Ada"}]}, {"candidates": [{"name": "Bob"}]}]),
        json!({"id": "1", "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}),
        json!({"id": "1", "message": {"role": "assistant", "content": "hi"}, "finish_reason": null}),
        json!([{"choices": [{"index": 0, "text": "no delta"}]}]),
        json!({"choices": [{"index": 0, "text": "no object"}]}),
        json!({"object": "text_completion", "choices": []}),
        json!({"object": "text_completion", "choices": [{"index": 0, "text": 5}]}),
        json!([{"object": "text_completion", "choices": [{"text": "no index"}]}]),
        json!({"text": "hi", "generation_id": "g"}),
        json!({"text": "hi", "finish_reason": "COMPLETE"}),
        json!({"text": "hi", "generation_id": "g", "finish_reason": "complete"}),
        json!([{"event_type": "text-generation", "text": "no start"}]),
        json!([{"event_type": "stream-start"}, {"event_type": "text-generation", "text": "no id"}]),
        json!({"text": "an answer"}),
        json!({"content": [{"Text": "no model"}]}),
        json!({"content": [{"text": "hi"}], "model_iden": null}),
        json!(["Start", "a", "list"]),
        json!(["a", "list"]),
        json!([{"delta": "a"}, {"delta": "b"}]),
        json!([]),
    ];
    for response in &responses {
        assert_adds_nothing("LLM", None, Some(response));
    }
}

#[test]
fn near_miss_embedding_or_rerank_adds_nothing() {
    assert_adds_nothing("EMBEDDING", Some(&json!({"input": {"text": "a"}})), None);
    assert_adds_nothing("EMBEDDING", None, Some(&json!({"data": [{"embedding": ["a"]}]})));
    assert_adds_nothing("EMBEDDING", None, Some(&json!({"embedding": [0.5]})));
    assert_adds_nothing("EMBEDDING", Some(&json!({"inputText": 5})), None);
    assert_adds_nothing("EMBEDDING", None, Some(&json!([0.1, 0.2])));
    assert_adds_nothing("RERANKER", Some(&json!({"query": "a", "documents": "b"})), None);
}

#[test]
fn request_in_another_span_kind_adds_nothing() {
    let request = json!({"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]});
    for kind in ["CHAIN", "AGENT", "TOOL", "EMBEDDING", "RERANKER"] {
        assert_adds_nothing(kind, Some(&request), None);
    }
}

#[test]
fn truncated_json_adds_nothing() {
    let request = json!({"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]});
    let cut = request.to_string()[..40].to_owned() + "… [26 bytes missing]";
    let kind = KeyValue::new("openinference.span.kind", "LLM");
    assert_eq!(enriched([kind, KeyValue::new("input.value", cut)]).len(), 2);
}

#[test]
fn two_candidate_requests_add_nothing() {
    let request = json!({"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]});
    assert_adds_nothing("LLM", Some(&json!({"a": request, "b": request})), None);
}

#[test]
fn existing_attributes_are_kept() {
    let response = json!({
        "model": "gpt-4o-2024-08-06",
        "choices": [{"message": {"role": "assistant", "content": "x"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
    });
    let found = enriched([
        KeyValue::new("openinference.span.kind", "LLM"),
        KeyValue::new("output.value", response.to_string()),
        KeyValue::new("llm.model_name", "mine"),
        KeyValue::new("llm.output_messages.0.message.role", "narrator"),
        KeyValue::new("llm.token_count.prompt", 100),
    ]);
    assert_eq!(found["llm.model_name"], "mine");
    assert_eq!(found["llm.response.model_name"], "gpt-4o-2024-08-06");
    assert_eq!(found["llm.finish_reason"], "stop");
    // Messages and token counts are kept as a whole: mixing two sources would corrupt them.
    assert_eq!(found["llm.output_messages.0.message.role"], "narrator");
    assert!(!found.contains_key("llm.output_messages.0.message.content"));
    assert_eq!(found["llm.token_count.prompt"], 100);
    assert!(!found.contains_key("llm.token_count.total"));
}

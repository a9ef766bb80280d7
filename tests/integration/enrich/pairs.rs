//! Requests and responses that are too plain to be recognized alone: each proves what the other is.

use super::{enriched_call, parsed};
use serde_json::{Map, Value, json};

fn read(kind: &str, request: &Value, response: Option<&Value>) -> Map<String, Value> {
    let mut found = parsed(enriched_call(kind, Some(&json!({"request": request})), response));
    found.retain(|key, _| key.starts_with("llm.") || key.starts_with("embedding."));
    found
}

#[test]
fn prompt_beside_a_completion_of_bedrock_is_read() {
    let request = json!({"prompt": "Once", "max_tokens": 9, "top_k": 5});
    assert!(read("LLM", &request, None).is_empty());
    for response in [
        json!({"outputs": [{"text": " upon", "stop_reason": "stop"}]}),
        json!({"generations": [{"text": " upon", "finish_reason": "stop"}]}),
        json!({"choices": [{"text": " upon", "stop_reason": "stop"}]}),
        json!({"completion": " upon", "stop_reason": "stop"}),
        json!({"completions": [{"data": {"text": " upon"}, "finishReason": {"reason": "stop"}}]}),
        json!([{"outputs": [{"text": " up", "stop_reason": null}]},
            {"outputs": [{"text": "on", "stop_reason": "stop"}]}]),
    ] {
        let found = read("LLM", &request, Some(&response));
        assert_eq!(found["llm.prompts.0.prompt.text"], "Once", "{response}");
        assert_eq!(found["llm.choices.0.completion.text"], " upon", "{response}");
        assert_eq!(found["llm.finish_reason"], "stop", "{response}");
        let settings = json!({"max_tokens": 9, "top_k": 5});
        assert_eq!(found["llm.invocation_parameters"], settings, "{response}");
    }
    let titan = json!({"results": [{"outputText": " upon", "completionReason": "FINISH"}]});
    let found = read("LLM", &json!({"inputText": "Once"}), Some(&titan));
    assert_eq!(found["llm.prompts.0.prompt.text"], "Once");
}

#[test]
fn message_beside_an_answer_of_cohere_is_read() {
    let request = json!({"message": "Hi", "temperature": 0.3});
    assert!(read("LLM", &request, None).is_empty());
    let answer = json!({"text": "Hello", "generation_id": "g", "finish_reason": "COMPLETE"});
    let found = read("LLM", &request, Some(&answer));
    assert_eq!(found["llm.input_messages.0.message.content"], "Hi");
    assert_eq!(found["llm.invocation_parameters"], json!({"temperature": 0.3}));
    // Another answer proves nothing.
    let answer =
        json!({"model": "m", "choices": [{"message": {"role": "assistant", "content": "a"}}]});
    assert!(!read("LLM", &request, Some(&answer)).contains_key("llm.invocation_parameters"));
}

#[test]
fn vectors_beside_a_request_are_read() {
    let request = json!({"model": "all-minilm", "prompt": "Hi"});
    let found = read("EMBEDDING", &request, Some(&json!({"embedding": [0.5, 1.0]})));
    assert_eq!(found["embedding.embeddings.0.embedding.text"], "Hi");
    assert_eq!(found["embedding.embeddings.0.embedding.vector"], json!([0.5, 1.0]));
    let request = json!({"inputs": ["a", "b"]});
    let found = read("EMBEDDING", &request, Some(&json!([[0.5], [1.5]])));
    assert_eq!(found["embedding.embeddings.1.embedding.text"], "b");
    assert_eq!(found["embedding.embeddings.1.embedding.vector"], json!([1.5]));
}

#[test]
fn near_miss_of_a_completion_adds_nothing() {
    for response in [
        json!({"outputs": [{"text": "no reason"}]}),
        json!({"outputs": [{"stop_reason": "stop"}]}),
        json!({"generations": ["a text"]}),
        json!({"completion": "no reason"}),
        json!({"completion": {"text": "a"}, "stop_reason": "stop"}),
        json!({"completions": [{"data": {"text": "no reason"}}]}),
        json!({"data": [{"url": "https://example.com"}]}),
        json!({"created": 1, "data": [{"title": "no image"}]}),
        json!([{"is_finished": false}]),
    ] {
        let found = read("LLM", &json!({"prompt": "Once"}), Some(&response));
        assert!(found.is_empty(), "{response}: {found:?}");
    }
}

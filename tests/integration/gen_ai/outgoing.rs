//! GenAI attributes added to OpenInference spans with `gen_ai(true)`.

use super::{assert_attributes, exported};
use integration_tests::Program;
use serde_json::{Map, Value, json};

/// Returns the GenAI attributes added to a span with these attributes.
fn gen_ai_attributes(attributes: &Value) -> Map<String, Value> {
    let mut found = exported(|builder| builder.gen_ai(true), attributes, &[]);
    found.retain(|key, _| key.starts_with("gen_ai."));
    found
}

fn request() -> Value {
    json!({
        "model": "gpt-4o",
        "temperature": 0.5,
        "max_completion_tokens": 100,
        "stop": ["END"],
        "tools": [{"type": "function", "function": {"name": "weather", "parameters": {}}}],
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": [
                {"type": "text", "text": "Weather here?"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
            ]},
            {"role": "assistant", "tool_calls": [
                {"id": "call_1", "type": "function",
                 "function": {"name": "weather", "arguments": "{\"city\":\"Oslo\"}"}},
            ]},
            {"role": "tool", "tool_call_id": "call_1", "content": "sun"},
        ],
    })
}

fn response() -> Value {
    json!({
        "model": "gpt-4o-2024-08-06",
        "choices": [{"index": 0, "finish_reason": "stop",
                     "message": {"role": "assistant", "content": "It is sunny."}}],
        "usage": {"prompt_tokens": 30, "completion_tokens": 4, "total_tokens": 34,
                  "prompt_tokens_details": {"cached_tokens": 20},
                  "completion_tokens_details": {"reasoning_tokens": 2}},
    })
}

#[test]
fn settings_of_converse_and_gemini_are_those_of_the_conventions() {
    let converse = json!({
        "messages": [{"role": "user", "content": [{"text": "Hi"}]}],
        "inferenceConfig": {"maxTokens": 9, "topP": 0.5, "stopSequences": ["a"]},
    });
    let gemini = json!({
        "contents": [{"parts": [{"text": "Hi"}]}],
        "generationConfig": {"maxOutputTokens": 9, "topP": 0.5, "stopSequences": ["a"]},
    });
    for request in [converse, gemini] {
        let found = gen_ai_attributes(&json!({
            "openinference.span.kind": "LLM", "input.value": request.to_string(),
        }));
        assert_eq!(found["gen_ai.request.max_tokens"], 9, "{request}");
        assert_eq!(found["gen_ai.request.top_p"], 0.5, "{request}");
        assert_eq!(found["gen_ai.request.stop_sequences"], json!(["a"]), "{request}");
    }
}

#[test]
fn text_completion_has_its_own_operation_name() {
    let request = json!({"model": "gpt-3.5-turbo-instruct", "prompt": "Say this"});
    let choices = json!([{"index": 0, "text": "This", "finish_reason": "stop"}]);
    let found = gen_ai_attributes(&json!({
        "openinference.span.kind": "LLM",
        "input.value": request.to_string(),
        "output.value": json!({"object": "text_completion", "choices": choices}).to_string(),
    }));
    assert_eq!(found["gen_ai.operation.name"], "text_completion");
    assert_eq!(found["gen_ai.request.model"], "gpt-3.5-turbo-instruct");
}

#[test]
fn chat_span_gets_all_gen_ai_attributes() {
    let found = gen_ai_attributes(&json!({
        "openinference.span.kind": "LLM",
        "session.id": "session-1",
        "llm.provider": "azure",
        "input.value": request().to_string(),
        "output.value": response().to_string(),
    }));
    let expected = json!({
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "azure.ai.openai",
        "gen_ai.conversation.id": "session-1",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.response.model": "gpt-4o-2024-08-06",
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.max_tokens": 100,
        "gen_ai.request.stop_sequences": ["END"],
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.usage.input_tokens": 30,
        "gen_ai.usage.output_tokens": 4,
        "gen_ai.usage.cache_read.input_tokens": 20,
        "gen_ai.usage.reasoning.output_tokens": 2,
        "gen_ai.tool.definitions": [{"type": "function", "name": "weather", "parameters": {}}],
        "gen_ai.input.messages": [
            {"role": "system", "parts": [{"type": "text", "content": "Be brief."}]},
            {"role": "user", "parts": [
                {"type": "text", "content": "Weather here?"},
                {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "AAAA"},
            ]},
            {"role": "assistant", "parts": [
                {"type": "tool_call", "id": "call_1", "name": "weather", "arguments": {"city": "Oslo"}},
            ]},
            {"role": "tool", "parts": [{"type": "tool_call_response", "id": "call_1", "response": "sun"}]},
        ],
        "gen_ai.output.messages": [
            {"role": "assistant", "parts": [{"type": "text", "content": "It is sunny."}],
             "finish_reason": "stop"},
        ],
    });
    assert_attributes(found, expected);
}

/// The weather of a city.
#[trace_runtime::tool]
fn weather(city: &str) -> String {
    format!("sun in {city}")
}

#[trace_runtime::retriever]
fn search(_query: &str) -> trace_runtime::record::RetrievedDocuments {
    [trace_runtime::record::Document::new("Paris").id("7").score(0.5)].into_iter().collect()
}

#[test]
fn tool_and_retriever_spans_get_arguments_and_documents() {
    let program = Program::start_with(|builder| builder.gen_ai(true));
    weather("Oslo");
    search("capital of France");
    let of = |span: &str, key: &str| program.attribute(span, key).unwrap_or_default();
    assert_eq!(of("weather", "gen_ai.operation.name"), "execute_tool");
    assert_eq!(of("weather", "gen_ai.tool.name"), "weather");
    assert_eq!(of("weather", "gen_ai.tool.description"), "The weather of a city.");
    assert_eq!(of("weather", "gen_ai.tool.call.arguments"), r#"{"city":"Oslo"}"#);
    assert_eq!(of("weather", "gen_ai.tool.call.result"), "sun in Oslo");
    assert_eq!(of("search", "gen_ai.retrieval.query.text"), "capital of France");
    let documents: Value =
        serde_json::from_str(&of("search", "gen_ai.retrieval.documents")).unwrap();
    assert_eq!(documents, json!([{"content": "Paris", "id": "7", "score": 0.5}]));
}

#[test]
fn attributes_are_opt_in_and_never_overwrite() {
    let given = json!({
        "openinference.span.kind": "LLM",
        "llm.model_name": "gpt-4o",
        "gen_ai.request.model": "as it was",
    });
    let off = exported(|builder| builder, &given, &[]);
    assert!(!off.contains_key("gen_ai.operation.name"));
    let on = gen_ai_attributes(&given);
    assert_eq!(on["gen_ai.operation.name"], "chat");
    assert_eq!(on["gen_ai.request.model"], "as it was");
    assert_attributes(gen_ai_attributes(&json!({ "llm.model_name": "no kind" })), json!({}));
    let chain = json!({ "openinference.span.kind": "CHAIN", "input.value": "x" });
    assert_attributes(gen_ai_attributes(&chain), json!({}));
}

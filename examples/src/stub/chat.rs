//! The Chat Completions API.

use super::Reply;
use super::answer::{Answer, Call, Content, Tools, answer, halves};
use serde_json::{Value, json};

/// Handles `POST /v1/chat/completions`. Only the last message matters: a user message with tools is
/// answered by tool calls, and everything else by text.
pub(super) fn serve(request: &Value) -> Reply {
    let last = request["messages"].as_array().and_then(|messages| messages.last());
    let message = last.map(|message| text(&message["content"])).unwrap_or_default();
    let is_question = last.is_some_and(|message| message["role"] == "user");
    let tools = request["tools"].as_array().into_iter().flatten();
    let tools = Tools {
        functions: tools.map(|tool| &tool["function"]).collect(),
        is_parallel: request["parallel_tool_calls"] == true && request["stream"] != true,
    };
    let answer = answer(&message, is_question, &tools);
    let whole = whole(&request["model"], &answer);
    Reply { delay: answer.delay, ..Reply::new(request, whole, |whole| chunks(whole, request)) }
}

/// Returns the text of a message, which is a string or a list of parts.
fn text(content: &Value) -> String {
    let parts = content.as_array().into_iter().flatten();
    let parts: String = parts.filter_map(|part| part["text"].as_str()).collect();
    content.as_str().map_or(parts, str::to_owned)
}

/// Returns the response object of a request without streaming.
fn whole(model: &Value, answer: &Answer) -> Value {
    let (reason, message) = match &answer.content {
        Content::Text(text) => ("stop", json!({ "role": "assistant", "content": text })),
        Content::Calls(calls) => {
            let calls: Vec<Value> = calls.iter().enumerate().map(tool_call).collect();
            let message = json!({ "role": "assistant", "content": null, "tool_calls": calls });
            ("tool_calls", message)
        }
    };
    json!({
        "id": "chatcmpl-stub",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": model,
        "choices": [{ "index": 0, "finish_reason": reason, "message": message }],
        "usage": {
            "prompt_tokens": answer.prompt_tokens,
            "completion_tokens": answer.completion_tokens,
            "total_tokens": answer.prompt_tokens + answer.completion_tokens,
        },
    })
}

/// Returns a tool call. The first has the id `call_stub`, the others a number too.
fn tool_call((place, call): (usize, &Call)) -> Value {
    let id = if place == 0 { "call_stub".to_owned() } else { format!("call_stub_{place}") };
    let function = json!({ "name": call.name, "arguments": call.arguments });
    json!({ "id": id, "type": "function", "function": function })
}

/// Returns the response as chunks, with a usage chunk at the end if the request asks for it.
fn chunks(whole: &Value, request: &Value) -> String {
    let choice = &whole["choices"][0];
    let chunk = |delta: Value, reason: &Value| {
        let mut chunk = whole.clone();
        chunk["object"] = "chat.completion.chunk".into();
        chunk["usage"] = Value::Null;
        chunk["choices"] = json!([{ "index": 0, "delta": delta, "finish_reason": reason }]);
        chunk
    };
    let mut chunks: Vec<Value> =
        deltas(&choice["message"]).into_iter().map(|delta| chunk(delta, &Value::Null)).collect();
    chunks.push(chunk(json!({}), &choice["finish_reason"]));
    if request["stream_options"]["include_usage"] == true {
        let mut last = chunk(json!({}), &Value::Null);
        last["choices"] = json!([]);
        last["usage"] = whole["usage"].clone();
        chunks.push(last);
    }
    chunks.push("[DONE]".into());
    chunks.iter().map(event).collect::<Vec<_>>().concat()
}

/// Formats one server-sent event. The final `[DONE]` is plain text, all other events are JSON.
fn event(chunk: &Value) -> String {
    let text = chunk.as_str().map_or_else(|| chunk.to_string(), str::to_owned);
    format!("data: {text}\n\n")
}

/// Splits a message into two deltas, so that clients must join text and arguments. Only the first
/// delta of a tool call has its id and name, as OpenAI sends them.
fn deltas(message: &Value) -> [Value; 2] {
    if let Some(text) = message["content"].as_str() {
        let [first, second] = halves(text);
        return [json!({ "role": "assistant", "content": first }), json!({ "content": second })];
    }
    let call = &message["tool_calls"][0];
    let [first, second] = halves(call["function"]["arguments"].as_str().unwrap_or("{}"));
    let mut begin = call.clone();
    begin["index"] = 0.into();
    begin["function"]["arguments"] = first.into();
    let more = json!({ "index": 0, "function": { "arguments": second } });
    [
        json!({ "role": "assistant", "content": null, "tool_calls": [begin] }),
        json!({ "tool_calls": [more] }),
    ]
}

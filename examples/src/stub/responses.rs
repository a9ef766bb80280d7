//! The Responses API.

use super::Reply;
use super::answer::{Answer, Content, Tools, answer, halves};
use serde_json::{Value, json};

/// Handles `POST /v1/responses`. The input is a string or a list of items, of which only the last
/// one matters.
pub(super) fn serve(request: &Value) -> Reply {
    let last = request["input"].as_array().and_then(|items| items.last());
    let message = last.map_or_else(|| text(&request["input"]), item_text);
    let is_question = last.is_none_or(|item| item["role"] == "user");
    let functions = request["tools"].as_array().into_iter().flatten().collect();
    let answer = answer(&message, is_question, &Tools { functions, is_parallel: false });
    let whole = whole(&request["model"], &answer);
    Reply { delay: answer.delay, ..Reply::new(request, whole, events) }
}

/// Returns the text of an item: the content of a message, or the output of a function call.
fn item_text(item: &Value) -> String {
    text(if item["output"].is_null() { &item["content"] } else { &item["output"] })
}

/// Returns the text of content that is a string or a list of parts.
fn text(content: &Value) -> String {
    let parts = content.as_array().into_iter().flatten();
    let parts: String = parts.filter_map(|part| part["text"].as_str()).collect();
    content.as_str().map_or(parts, str::to_owned)
}

/// Returns the response object. In this API a tool call is an item of the output next to messages,
/// and no finish reason exists.
fn whole(model: &Value, answer: &Answer) -> Value {
    let items = match &answer.content {
        Content::Text(text) => vec![json!({
            "type": "message",
            "id": "msg_stub",
            "status": "completed",
            "role": "assistant",
            "content": [{ "type": "output_text", "text": text, "annotations": [], "logprobs": [] }],
        })],
        Content::Calls(calls) => calls
            .iter()
            .map(|call| {
                json!({
                    "type": "function_call",
                    "id": "fc_stub",
                    "call_id": "call_stub",
                    "status": "completed",
                    "name": call.name,
                    "arguments": call.arguments,
                })
            })
            .collect(),
    };
    json!({
        "id": "resp_stub",
        "object": "response",
        "created_at": 1_700_000_000,
        "status": "completed",
        "model": model,
        "output": items,
        "parallel_tool_calls": true,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": answer.prompt_tokens,
            "input_tokens_details": { "cached_tokens": 0, "cache_write_tokens": 0 },
            "output_tokens": answer.completion_tokens,
            "output_tokens_details": { "reasoning_tokens": 0 },
            "total_tokens": answer.prompt_tokens + answer.completion_tokens,
        },
    })
}

/// Returns the response as server-sent events, with its text or arguments in two deltas.
fn events(whole: &Value) -> String {
    let item = &whole["output"][0];
    let mut begun = whole.clone();
    begun["output"] = json!([]);
    begun["status"] = "in_progress".into();
    begun["usage"] = Value::Null;
    let text = item["content"][0]["text"].as_str();
    let (field, kind, text) = match text {
        Some(text) => ("content", "output_text", text),
        None => {
            ("arguments", "function_call_arguments", item["arguments"].as_str().unwrap_or("{}"))
        }
    };
    // `response.output_item.added` announces the item without its content.
    let mut empty = item.clone();
    empty["status"] = "in_progress".into();
    empty[field] = if field == "content" { json!([]) } else { "".into() };
    let mut events = vec![
        json!({ "type": "response.created", "response": begun }),
        json!({ "type": "response.output_item.added", "output_index": 0, "item": empty }),
    ];
    events.extend(halves(text).map(|delta| {
        json!({
            "type": format!("response.{kind}.delta"),
            "item_id": item["id"],
            "output_index": 0,
            "content_index": 0,
            "delta": delta,
            "logprobs": [],
        })
    }));
    events.push(json!({ "type": "response.output_item.done", "output_index": 0, "item": item }));
    events.push(json!({ "type": "response.completed", "response": whole }));
    let numbered = events.into_iter().enumerate().map(|(number, mut event)| {
        event["sequence_number"] = number.into();
        let kind = event["type"].as_str().unwrap_or_default();
        format!("event: {kind}\ndata: {event}\n\n")
    });
    numbered.collect()
}

//! The API of Ollama: JSON, or JSON lines.

use super::{Account, failed};
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use std::io;
use std::sync::Arc;

/// Answers with the behaviour `ok`, `endless` (of a stream), or a status code.
pub(super) async fn serve(
    State(account): State<Arc<Account>>,
    Path(mode): Path<String>,
    body: Bytes,
) -> Response {
    let request: Value = serde_json::from_slice(&body).expect("JSON");
    let streams = request["stream"] == true;
    match mode.as_str() {
        "ok" if streams => lines(stream::iter([part("Hel"), part("lo"), last("", &account)])),
        "ok" => axum::Json(match request["tools"][0]["function"]["name"].as_str() {
            Some(name) => {
                let mut answer = last("", &account);
                let function = json!({ "name": name, "arguments": { "city": "Oslo" } });
                answer["message"]["tool_calls"] = json!([{ "function": function }]);
                answer
            }
            None => last("Hello", &account),
        })
        .into_response(),
        "endless" => lines(stream::iter([part("Hel")]).chain(stream::pending())),
        status => {
            let status: u16 = status.parse().expect("a status code");
            failed(StatusCode::from_u16(status).expect("a status code"), "not today")
        }
    }
}

fn part(text: &str) -> Value {
    json!({
        "model": "llama3.2",
        "created_at": "2026-01-01T00:00:00Z",
        "message": { "role": "assistant", "content": text },
        "done": false,
    })
}

/// Returns the last part of an answer, which counts the tokens.
fn last(text: &str, account: &Account) -> Value {
    let (prompt, completion) = account.count();
    let mut last = part(text);
    let end = json!({
        "done": true,
        "done_reason": "stop",
        "total_duration": 5, "load_duration": 1, "prompt_eval_duration": 2, "eval_duration": 2,
        "prompt_eval_count": prompt,
        "eval_count": completion,
    });
    for (key, value) in end.as_object().into_iter().flatten() {
        last[key] = value.clone();
    }
    last
}

fn lines(parts: impl futures_util::Stream<Item = Value> + Send + 'static) -> Response {
    let lines = parts.map(|part| io::Result::Ok(format!("{part}\n")));
    ([(CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(lines)).into_response()
}

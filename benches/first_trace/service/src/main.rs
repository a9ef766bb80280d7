//! A travel desk over HTTP: a chat with sessions, an agent that calls two tools, and an estimate of
//! its use. It knows nothing of tracing.
//!
//! - `POST /chat` with `{"session": "s1", "user": "ada", "message": "What to pack for Oslo?"}`
//! - `GET /sessions/{session}` returns the turns of a session.
//! - `GET /search?city=Oslo` searches the guide.
//! - `GET /usage` returns the number of calls and tokens.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::env;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;

/// The maximum number of model calls for one message.
const MAX_STEPS: usize = 4;
/// The number of turns that the model sees again.
const REMEMBERED_TURNS: usize = 10;

#[derive(Clone, Debug, Deserialize)]
struct ChatRequest {
    session: String,
    user: String,
    message: String,
}

#[derive(Clone, Debug, Serialize)]
struct ChatAnswer {
    answer: String,
    steps: usize,
}

#[derive(Clone, Debug, Serialize)]
struct Turn {
    user: String,
    message: String,
    answer: String,
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Usage {
    calls: u64,
    tokens: u64,
}

#[derive(Debug)]
enum DeskError {
    /// The model could not be reached, or its answer could not be read.
    Model(reqwest::Error),
    /// The model answered with an error.
    Rejected { status: u16, message: String },
    /// The model called tools again and again.
    TooManySteps,
    /// The request has no message.
    EmptyMessage,
}

impl From<reqwest::Error> for DeskError {
    fn from(error: reqwest::Error) -> Self {
        DeskError::Model(error)
    }
}

impl IntoResponse for DeskError {
    fn into_response(self) -> Response {
        let (status, message) = match self {
            DeskError::Model(error) => (StatusCode::BAD_GATEWAY, error.to_string()),
            DeskError::Rejected { status, message } => {
                (StatusCode::BAD_GATEWAY, format!("the model answered {status}: {message}"))
            }
            DeskError::TooManySteps => {
                (StatusCode::BAD_GATEWAY, format!("no answer after {MAX_STEPS} steps"))
            }
            DeskError::EmptyMessage => {
                (StatusCode::BAD_REQUEST, "the message is empty: write a question".to_owned())
            }
        };
        (status, Json(json!({ "error": message }))).into_response()
    }
}

/// The state of the server.
struct Desk {
    client: reqwest::Client,
    base_url: String,
    api_key: String,
    model: String,
    guide: Vec<(&'static str, &'static str)>,
    sessions: Mutex<HashMap<String, Vec<Turn>>>,
    usage: Mutex<Usage>,
}

impl Desk {
    fn from_environment() -> Self {
        let variable = |name: &str, default: &str| env::var(name).unwrap_or(default.to_owned());
        Desk {
            client: reqwest::Client::new(),
            base_url: variable("OPENAI_BASE_URL", "https://api.openai.com/v1"),
            api_key: variable("OPENAI_API_KEY", ""),
            model: variable("MODEL", "gpt-4o-mini"),
            guide: vec![
                ("Oslo", "Rain in autumn, snow in winter. Museums close on Mondays."),
                ("Rome", "Warm until October. Churches ask for covered shoulders."),
                ("Kyoto", "Maple leaves in November. Temples open at six."),
            ],
            sessions: Mutex::default(),
            usage: Mutex::default(),
        }
    }

    /// Returns the last turns of a session, as messages for the model.
    fn remembered(&self, session: &str) -> Vec<Value> {
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        let turns = sessions.get(session).map(Vec::as_slice).unwrap_or_default();
        let first = turns.len().saturating_sub(REMEMBERED_TURNS);
        turns[first..]
            .iter()
            .flat_map(|turn| {
                [
                    json!({"role": "user", "content": turn.message}),
                    json!({"role": "assistant", "content": turn.answer}),
                ]
            })
            .collect()
    }

    fn remember(&self, request: &ChatRequest, answer: &str) {
        let turn = Turn {
            user: request.user.clone(),
            message: request.message.clone(),
            answer: answer.to_owned(),
        };
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.entry(request.session.clone()).or_default().push(turn);
    }

    fn count(&self, response: &Value) {
        let mut usage = self.usage.lock().unwrap_or_else(PoisonError::into_inner);
        usage.calls += 1;
        usage.tokens += response["usage"]["total_tokens"].as_u64().unwrap_or_default();
    }

    /// Calls the model once.
    async fn complete(&self, messages: &[Value]) -> Result<Value, DeskError> {
        let request = json!({"model": self.model, "messages": messages, "tools": tools()});
        let url = format!("{}/chat/completions", self.base_url);
        let call = self.client.post(url).bearer_auth(&self.api_key).json(&request);
        let response = call.send().await?;
        let status = response.status();
        let body: Value = response.json().await?;
        if !status.is_success() {
            let message = body["error"]["message"].as_str().unwrap_or("no message").to_owned();
            return Err(DeskError::Rejected { status: status.as_u16(), message });
        }
        self.count(&body);
        Ok(body)
    }

    /// Answers a message. The model may call tools before it answers.
    async fn answer(&self, request: &ChatRequest) -> Result<ChatAnswer, DeskError> {
        let mut messages = vec![json!({
            "role": "system",
            "content": "You are a travel desk. Answer in two sentences.",
        })];
        messages.extend(self.remembered(&request.session));
        messages.push(json!({"role": "user", "content": request.message}));
        for step in 1..=MAX_STEPS {
            let response = self.complete(&messages).await?;
            let message = &response["choices"][0]["message"];
            let calls = message["tool_calls"].as_array().cloned().unwrap_or_default();
            if calls.is_empty() {
                let answer = message["content"].as_str().unwrap_or_default().to_owned();
                return Ok(ChatAnswer { answer, steps: step });
            }
            messages.push(message.clone());
            for call in calls {
                let result = self.run_tool(&call);
                messages
                    .push(json!({"role": "tool", "tool_call_id": call["id"], "content": result}));
            }
        }
        Err(DeskError::TooManySteps)
    }

    /// Runs the tool that the model asks for.
    fn run_tool(&self, call: &Value) -> String {
        let arguments = call["function"]["arguments"].as_str().unwrap_or("{}");
        let arguments: Value = serde_json::from_str(arguments).unwrap_or_default();
        let city = arguments["city"].as_str().unwrap_or_default();
        match call["function"]["name"].as_str() {
            Some("weather") => weather(city),
            Some("guide") => search(&self.guide, city),
            other => format!("there is no tool {other:?}"),
        }
    }
}

/// Returns the weather of a city.
fn weather(city: &str) -> String {
    let degrees = city.bytes().map(u32::from).sum::<u32>() % 25;
    format!("{degrees} degrees and some clouds in {city}")
}

/// Searches the guide for a city.
fn search(guide: &[(&str, &str)], city: &str) -> String {
    let found = guide.iter().find(|(name, _)| name.eq_ignore_ascii_case(city));
    found.map_or_else(|| format!("nothing about {city}"), |(_, text)| (*text).to_owned())
}

/// Describes the tools to the model.
fn tools() -> Value {
    let tool = |name: &str, description: &str| {
        json!({
            "type": "function",
            "function": {
                "name": name,
                "description": description,
                "parameters": {
                    "type": "object",
                    "properties": {"city": {"type": "string"}},
                    "required": ["city"],
                },
            },
        })
    };
    json!([tool("weather", "The weather of a city"), tool("guide", "What to know about a city")])
}

async fn chat(
    State(desk): State<Arc<Desk>>,
    Json(request): Json<ChatRequest>,
) -> Result<Json<ChatAnswer>, DeskError> {
    if request.message.trim().is_empty() {
        return Err(DeskError::EmptyMessage);
    }
    let answer = desk.answer(&request).await?;
    desk.remember(&request, &answer.answer);
    Ok(Json(answer))
}

async fn session(
    State(desk): State<Arc<Desk>>,
    Path(session): Path<String>,
) -> Result<Json<Vec<Turn>>, StatusCode> {
    let sessions = desk.sessions.lock().unwrap_or_else(PoisonError::into_inner);
    sessions.get(&session).cloned().map(Json).ok_or(StatusCode::NOT_FOUND)
}

#[derive(Debug, Deserialize)]
struct SearchQuery {
    city: String,
}

async fn search_guide(State(desk): State<Arc<Desk>>, Query(query): Query<SearchQuery>) -> String {
    search(&desk.guide, &query.city)
}

async fn usage(State(desk): State<Arc<Desk>>) -> Json<Usage> {
    Json(*desk.usage.lock().unwrap_or_else(PoisonError::into_inner))
}

fn router(desk: Arc<Desk>) -> Router {
    Router::new()
        .route("/chat", post(chat))
        .route("/sessions/{session}", get(session))
        .route("/search", get(search_guide))
        .route("/usage", get(usage))
        .with_state(desk)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = env::var("ADDRESS").unwrap_or("127.0.0.1:8080".to_owned());
    let listener = TcpListener::bind(&address).await?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, router(Arc::new(Desk::from_environment()))).await?;
    Ok(())
}

//! A chat in the browser, with two thumbs below each answer: `cargo run --example feedback`, then
//! open the address that it prints. Phoenix shows the thumbs on the spans of the answers.
//!
//! The reference to the span goes to the page with the answer, and comes back with the click.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Html;
use axum::routing::{get, post};
use axum::{Json, Router};
use client_examples::Model;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use trace_runtime::feedback::{Annotation, SpanRef};
use trace_runtime::{Registration, agent, current_span, llm};

/// The state of the server.
struct Chat {
    model: Model,
    registration: Registration,
}

/// A question from the page.
#[derive(Deserialize)]
struct Question {
    text: String,
    session: String,
}

/// An answer, with the span that a click is about.
#[derive(Serialize)]
struct Answer {
    text: String,
    span: SpanRef,
}

/// A click on a thumb.
#[derive(Deserialize)]
struct Click {
    span: SpanRef,
    is_up: bool,
    #[serde(default)]
    comment: Option<String>,
    user: String,
}

#[llm(skip(model), model = &model.chat_model, provider = model.provider)]
async fn ask(model: &Model, question: &str) -> anyhow::Result<String> {
    model.complete("Answer in one sentence.", question).await
}

/// Answers one question. Input and output are plain text, as sessions show them.
#[agent(
    session = &question.session,
    input = &question.text,
    output = |answer: &Answer| answer.text.clone()
)]
async fn answer(model: &Model, question: Question) -> anyhow::Result<Answer> {
    let text = ask(model, &question.text).await?;
    Ok(Answer { text, span: current_span().id() })
}

async fn chat(
    State(chat): State<Arc<Chat>>,
    Json(question): Json<Question>,
) -> Result<Json<Answer>, StatusCode> {
    let answered = answer(&chat.model, question).await;
    answered.map(Json).map_err(|_| StatusCode::BAD_GATEWAY)
}

/// Takes a click, minutes later. `annotate` does not wait for Phoenix.
async fn click(State(chat): State<Arc<Chat>>, Json(click): Json<Click>) -> StatusCode {
    let (score, label) = if click.is_up { (1.0, "thumbs-up") } else { (0.0, "thumbs-down") };
    let mut annotation = Annotation::new("user_feedback").score(score).label(label).human();
    if let Some(comment) = click.comment.filter(|comment| !comment.is_empty()) {
        annotation = annotation.explanation(comment);
    }
    // A second click of the same user replaces the first.
    match chat.registration.annotate(click.span, annotation.identifier(click.user)) {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::BAD_REQUEST,
    }
}

async fn page() -> Html<&'static str> {
    Html(include_str!("feedback.html"))
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let model = Model::from_environment().await?;
    let builder = trace_runtime::register().project_name("feedback");
    let registration = examples::with_page(builder).install()?;
    let state = Arc::new(Chat { model, registration });
    let routes = Router::new()
        .route("/", get(page))
        .route("/chat", post(chat))
        .route("/feedback", post(click))
        .with_state(Arc::clone(&state));
    let address = std::env::var("CHAT_ADDRESS").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("chat at http://{}", listener.local_addr()?);
    axum::serve(listener, routes).await?;
    Ok(())
}

//! Sends one conversation to a named backend at an address: `named_backend weave http://127.0.0.1:1`.
//! `.ci/backends` compares the values that each backend shows with those that are written here.
//!
//! `PROJECT`, `FILE` and `SPOOL` are settings of the registration, and `SESSION` is the session.
//! With `PARENT` the conversation belongs to the trace of another service, unless `IGNORE_PARENT`
//! is set. The credentials are the value of `MARKER`, so that a search for it finds every place to
//! which a credential escapes.

use futures_util::StreamExt;
use futures_util::stream::{self, Stream};
use integration_tests::block_on;
use serde_json::{Value, json};
use std::env;
use std::process::ExitCode;
use trace_runtime::propagation::extract;
use trace_runtime::scope::using_session;
use trace_runtime::{Backend, agent, embedding, llm, reranker, retriever, tool};

const QUESTION: &str = "How is the weather in Oslo?";
const ANSWER: &str = "It is sunny in Oslo.";

#[llm(provider = "openai")]
fn ask(request: &Value) -> Value {
    let _ = request;
    json!({
        "model": "gpt-4o-2024-08-06",
        "choices": [{"message": {"role": "assistant", "content": ANSWER}, "finish_reason": "stop"}],
        "usage": {
            "prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150, "cost": 0.25,
            "prompt_tokens_details": {"cached_tokens": 40},
        },
    })
}

#[llm(model = "gpt-4o")]
fn stream_answer(question: &str) -> impl Stream<Item = String> + use<> {
    let _ = question;
    stream::iter(["It is ".to_owned(), "sunny.".to_owned()])
}

#[embedding]
fn embed(request: &Value) -> Value {
    let _ = request;
    json!({"data": [{"index": 0, "embedding": [0.5, 1.0]}], "model": "text-embedding-3-small",
        "usage": {"prompt_tokens": 7, "total_tokens": 7}})
}

#[retriever]
fn retrieve(query: &str) -> Vec<String> {
    vec![format!("about {query}")]
}

#[reranker]
fn rerank(query: &str, documents: &[String]) -> Value {
    let _ = (query, documents);
    json!({"results": [{"index": 0, "relevance_score": 0.9}]})
}

#[tool]
fn weather(city: &str) -> Result<String, String> {
    if city == "Atlantis" { Err("no such city".to_owned()) } else { Ok(format!("sun in {city}")) }
}

#[agent]
async fn turn(question: &str) -> String {
    embed(&json!({"model": "text-embedding-3-small", "input": question}));
    let documents = retrieve("Oslo");
    rerank("Oslo", &documents);
    weather("Atlantis").ok();
    let weather = weather("Oslo").unwrap_or_default();
    stream_answer(question).count().await;
    let messages =
        json!([{"role": "system", "content": weather}, {"role": "user", "content": question}]);
    ask(&json!({"model": "gpt-4o", "messages": messages, "temperature": 0.5}));
    ANSWER.to_owned()
}

/// Returns the backend with this name.
fn backend(name: &str) -> Option<Backend> {
    Some(match name {
        "phoenix" => Backend::phoenix(),
        "phoenix_cloud" => Backend::phoenix_cloud(),
        "arize" => Backend::arize().variable("ARIZE_SPACE_ID", "space"),
        "langfuse" => Backend::langfuse().variable("LANGFUSE_PUBLIC_KEY", "pk"),
        "braintrust" => Backend::braintrust(),
        "langsmith" => Backend::langsmith(),
        "opik" => Backend::opik().variable("OPIK_WORKSPACE", "space"),
        "mlflow" => Backend::mlflow().variable("MLFLOW_EXPERIMENT_ID", "0"),
        "datadog" => Backend::datadog().variable("DD_LLMOBS_ML_APP", "app"),
        "weave" => Backend::weave().variable("WANDB_ENTITY", "team"),
        "logfire" => Backend::logfire(),
        "posthog" => Backend::posthog(),
        _ => return None,
    })
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [name, address] = &arguments[..] else { return ExitCode::from(2) };
    let key = env::var("MARKER").unwrap_or_else(|_| "key".to_owned());
    // SideSeat has no constructor: its path names the project.
    let backend = match backend(name) {
        Some(backend) => backend.endpoint(address),
        None => Backend::otlp(address),
    };
    let mut builder = trace_runtime::register().backend(backend.api_key(key));
    if let Ok(folder) = env::var("SPOOL") {
        builder = builder.spool(folder).durable(true);
    }
    if let Ok(path) = env::var("FILE") {
        builder = builder.file(path);
    }
    let ignores_parent = env::var_os("IGNORE_PARENT").is_some();
    let builder = builder.propagators(true).ignore_remote_parent(ignores_parent);
    let project = env::var("PROJECT").unwrap_or_else(|_| "demo".to_owned());
    let builder = builder.project_name(project).service_name("service").batch(false);
    let registration = match builder.install() {
        Ok(registration) => registration,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    let session = env::var("SESSION").unwrap_or_else(|_| "session-1".to_owned());
    let scope = using_session(session).user("ada").tags(["a", "b"]).metadata("plan", "free");
    let parent = env::var("PARENT").unwrap_or_default();
    scope.in_scope(|| {
        let _caller = extract(|name| (name == "traceparent").then_some(parent.as_str())).attach();
        block_on(turn(QUESTION))
    });
    if env::var_os("MARKER").is_some() {
        eprintln!("{registration:?} {:?}", registration.stats());
    }
    match registration.shutdown() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error} {error:?}");
            ExitCode::FAILURE
        }
    }
}

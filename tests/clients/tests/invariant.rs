//! Tokens of the trace = tokens that the server billed, for every client and every way to trace it.

use anyhow::{Context, Result};
use async_openai::config::OpenAIConfig;
use async_openai::middleware::{HttpRequestFactory, ReqwestService, retry::OpenAIRetryLayer};
use clients::{Billing, Call, RAW};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt};
use genai::adapter::AdapterKind;
use genai::chat::{ChatMessage, ChatRequest};
use genai::resolver::{AuthData, Endpoint, ServiceTargetResolver};
use integration_tests::{Program, block_on};
use rig_core::completion::CompletionRequest;
use rig_core::providers::openai::OpenAIConfig as RigConfig;
use rig_reqwest::ReqwestMiddlewareClient;
use serde_json::{Value, json};
use tower_layer::Layer;
use trace_runtime::opentelemetry::Value as Attribute;
use trace_runtime::{agent, llm, traced};
use tracing_subscriber::layer::SubscriberExt;

const MODEL: &str = "gpt-4o";

/// A client, made for one base URL.
struct Asker {
    name: &'static str,
    send: Box<dyn Fn(String) -> BoxFuture<'static, Result<String>>>,
}

impl Asker {
    fn new<F>(name: &'static str, send: impl Fn(String) -> F + 'static) -> Self
    where
        F: Future<Output = Result<String>> + Send + 'static,
    {
        Asker { name, send: Box::new(move |base| send(base).boxed()) }
    }

    fn ask(&self, base: &str) -> BoxFuture<'static, Result<String>> {
        (self.send)(base.to_owned())
    }
}

fn body() -> Value {
    json!({ "model": MODEL, "messages": [{ "role": "user", "content": "Hi" }] })
}

async fn openai(client: async_openai::Client<OpenAIConfig>) -> Result<String> {
    let answer = client.chat().create(serde_json::from_value(body())?).await?;
    answer.choices[0].message.content.clone().context("text")
}

fn config(base: String) -> OpenAIConfig {
    OpenAIConfig::new().with_api_base(base).with_api_key("none")
}

async fn openai_by_service(base: String) -> Result<String> {
    let service = trace_runtime::async_openai::service(reqwest::Client::new());
    openai(async_openai::Client::with_config(config(base)).with_http_service(service)).await
}

async fn openai_by_function(base: String) -> Result<String> {
    let layer = trace_runtime::reqwest::layer()
        .looking_at(async |request: HttpRequestFactory| request.build().await.ok());
    let retrying = OpenAIRetryLayer::default().layer(ReqwestService::new(reqwest::Client::new()));
    let client = async_openai::Client::with_config(config(base));
    openai(client.with_http_service(layer.layer(retrying))).await
}

/// The crate opens spans through `tracing`, around those of the middleware.
async fn rig(base: String) -> Result<String> {
    let http = reqwest_middleware::ClientBuilder::new(reqwest::Client::new())
        .with(trace_runtime::reqwest::Middleware::new())
        .build();
    let config = RigConfig::new("none").with_base_url(&base);
    let client = config.connect(ReqwestMiddlewareClient::from(http));
    Ok(client.chat(MODEL).call(CompletionRequest::new("Hi")).await?.text())
}

/// The crate opens spans through `tracing`; its HTTP client cannot be traced.
async fn genai(base: String) -> Result<String> {
    let endpoint = Endpoint::from_owned(format!("{base}/"));
    let resolver = ServiceTargetResolver::from_resolver_fn(move |target: genai::ServiceTarget| {
        let model = genai::ModelIden::new(AdapterKind::OpenAI, target.model.model_name);
        let auth = AuthData::from_single("none");
        Ok(genai::ServiceTarget { endpoint: endpoint.clone(), auth, model })
    });
    let client = genai::Client::builder().with_service_target_resolver(resolver).build()?;
    let request = ChatRequest::new(vec![ChatMessage::user("Hi")]);
    client.exec_chat(MODEL, request, None).await?.into_first_text().context("text")
}

fn askers() -> Vec<Asker> {
    let raw = RAW.map(|raw| {
        Asker::new(raw.name, move |base| {
            let url = format!("{base}/chat/completions");
            let sent = (raw.send)(Call { url, body: body().to_string(), timeout: None });
            async move {
                let received = sent.await?;
                anyhow::ensure!(received.status == 200, "status {}", received.status);
                received.text().await
            }
        })
    });
    let mut all = Vec::from(raw);
    all.push(Asker::new("async-openai", openai_by_service));
    all.push(Asker::new("async-openai by a function", openai_by_function));
    all.push(Asker::new("rig", rig));
    all.push(Asker::new("genai", genai));
    all
}

/// Adds up the tokens of all spans.
fn tokens(program: &Program) -> u64 {
    let spans = program.spans();
    let attributes = spans.iter().flat_map(|span| &span.attributes);
    let is_count =
        |key: &str| ["llm.token_count.prompt", "llm.token_count.completion"].contains(&key);
    let counts = attributes.filter(|kv| is_count(kv.key.as_str()));
    counts
        .map(|kv| if let Attribute::I64(count) = kv.value { count.cast_unsigned() } else { 0 })
        .sum()
}

/// Runs a program with each client, and compares its tokens with the bill.
#[allow(clippy::needless_pass_by_value)] // closures are written at the call
fn for_each(calls: u64, program: impl AsyncFn(&Asker, &Billing) -> Result<()>) {
    for asker in askers() {
        let running = Program::start();
        let layer = running.registration.tracing_layer();
        let _default = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
        let billed = block_on(async {
            let billing = Billing::start().await;
            let ran = program(&asker, &billing).await;
            ran.unwrap_or_else(|error| panic!("{}: {error:?}", asker.name));
            billing.billed()
        });
        assert_eq!(billed, 11 * calls, "{}", asker.name);
        assert_eq!(tokens(&running), billed, "{}\n{}", asker.name, running.tree());
    }
}

#[llm(skip(asker, base))]
async fn annotated(asker: &Asker, base: &str, question: &str) -> Result<String> {
    let answer = asker.ask(base).await?;
    Ok(format!("{question} {answer}"))
}

#[test]
fn client_alone_is_counted_once() {
    for_each(1, async |asker, billing| asker.ask(&billing.base("ok")).await.map(drop));
}

#[test]
fn annotated_function_is_counted_once() {
    for_each(1, async |asker, billing| annotated(asker, &billing.base("ok"), "Hi").await.map(drop));
}

#[test]
fn traced_call_is_counted_once() {
    for_each(1, async |asker, billing| {
        let base = billing.base("ok");
        traced!(llm, asker.ask(&base).await).map(drop)
    });
}

#[test]
fn nested_annotated_functions_are_counted_once() {
    #[llm(skip(asker, base))]
    async fn outer(asker: &Asker, base: &str) -> Result<String> {
        annotated(asker, base, "Hi").await
    }
    #[agent(skip(asker, base))]
    async fn agent(asker: &Asker, base: &str) -> Result<String> {
        outer(asker, base).await
    }
    for_each(1, async |asker, billing| agent(asker, &billing.base("ok")).await.map(drop));
}

#[test]
fn two_calls_in_one_function_are_counted_twice() {
    #[llm(skip(asker, base))]
    async fn twice(asker: &Asker, base: &str) -> Result<String> {
        asker.ask(base).await?;
        asker.ask(base).await
    }
    for_each(2, async |asker, billing| twice(asker, &billing.base("ok")).await.map(drop));
}

#[test]
fn retry_by_hand_is_counted_once() {
    #[llm(skip(asker, billing))]
    async fn stubborn(asker: &Asker, billing: &Billing) -> Result<String> {
        assert!(asker.ask(&billing.base("400")).await.is_err(), "{}", asker.name);
        asker.ask(&billing.base("ok")).await
    }
    for_each(1, async |asker, billing| stubborn(asker, billing).await.map(drop));
}

#[test]
fn calls_side_by_side_are_counted_once_each() {
    #[agent(skip(asker, base))]
    async fn eight(asker: &Asker, base: &str) -> Result<()> {
        let calls = (0..8).map(async |_: u8| annotated(asker, base, "Hi").await);
        futures_util::future::try_join_all(calls).await.map(drop)
    }
    for_each(8, async |asker, billing| eight(asker, &billing.base("ok")).await);
}

#[test]
fn stream_that_is_dropped_early_counts_only_what_was_billed() {
    for raw in RAW {
        let running = Program::start();
        let billed = block_on(async {
            let billing = Billing::start().await;
            let mut streaming = body();
            streaming["stream"] = true.into();
            streaming["stream_options"] = json!({ "include_usage": true });
            for mode in ["endless", "ok"] {
                let url = format!("{}/chat/completions", billing.base(mode));
                let call = Call { url, body: streaming.to_string(), timeout: None };
                let mut body = (raw.send)(call).await.expect("a response").body;
                body.next().await.expect("more").expect("a piece");
                if mode == "ok" {
                    while body.next().await.is_some() {}
                }
            }
            billing.billed()
        });
        assert_eq!((billed, tokens(&running)), (11, 11), "{}", raw.name);
    }
}

//! Tokens of the trace = tokens that the server billed, for every client and every way to trace it.

use anyhow::{Context, Result};
use async_openai::config::OpenAIConfig;
use async_openai::middleware::{HttpRequestFactory, ReqwestService, retry::OpenAIRetryLayer};
use clients::{Billing, Call, RAW, Raw, Received};
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, Stream, StreamExt, TryStreamExt};
use genai::adapter::AdapterKind;
use genai::chat::{ChatMessage, ChatOptions, ChatRequest};
use genai::resolver::{AuthData, Endpoint, ServiceTargetResolver};
use integration_tests::{Program, block_on};
use rig_core::completion::CompletionRequest;
use rig_core::providers::openai::{OpenAI as RigOpenAI, OpenAIConfig as RigConfig};
use rig_reqwest::ReqwestMiddlewareClient;
use serde_json::{Value, json};
use std::pin::Pin;
use tower_layer::Layer;
use trace_runtime::opentelemetry::Value as Attribute;
use trace_runtime::{agent, llm, traced};
use tracing_subscriber::layer::SubscriberExt;

const MODEL: &str = "gpt-4o";

/// The texts of a stream, or the parts in which they arrive.
type Parts = BoxStream<'static, Result<()>>;

/// A client, made for one base URL.
struct Asker {
    name: &'static str,
    send: Box<dyn Fn(String) -> BoxFuture<'static, Result<String>>>,
    stream: Box<dyn Fn(String) -> BoxFuture<'static, Result<Parts>>>,
}

impl Asker {
    fn new<F, S>(
        name: &'static str,
        send: impl Fn(String) -> F + 'static,
        stream: impl Fn(String) -> S + 'static,
    ) -> Self
    where
        F: Future<Output = Result<String>> + Send + 'static,
        S: Future<Output = Result<Parts>> + Send + 'static,
    {
        Asker {
            name,
            send: Box::new(move |base| send(base).boxed()),
            stream: Box::new(move |base| stream(base).boxed()),
        }
    }

    fn ask(&self, base: &str) -> BoxFuture<'static, Result<String>> {
        (self.send)(base.to_owned())
    }

    /// Reads the whole stream.
    async fn read(&self, base: &str) -> Result<()> {
        (self.stream)(base.to_owned()).await?.try_collect().await
    }

    /// Reads the first part of a stream, and drops it.
    async fn read_first(&self, base: &str) -> Result<()> {
        (self.stream)(base.to_owned()).await?.next().await.context("a part")?
    }
}

fn body() -> Value {
    json!({ "model": MODEL, "messages": [{ "role": "user", "content": "Hi" }] })
}

fn streaming() -> Value {
    let mut body = body();
    body["stream"] = true.into();
    body["stream_options"] = json!({ "include_usage": true });
    body
}

type OpenAI = async_openai::Client<OpenAIConfig>;

async fn openai(client: OpenAI) -> Result<String> {
    let answer = client.chat().create(serde_json::from_value(body())?).await?;
    answer.choices[0].message.content.clone().context("text")
}

async fn openai_stream(client: OpenAI) -> Result<Parts> {
    let stream = client.chat().create_stream(serde_json::from_value(streaming())?).await?;
    Ok(stream.map_ok(drop).map_err(Into::into).boxed())
}

fn config(base: String) -> OpenAIConfig {
    OpenAIConfig::new().with_api_base(base).with_api_key("none")
}

fn openai_by_service(base: String) -> OpenAI {
    let service = trace_runtime::async_openai::service(reqwest::Client::new());
    async_openai::Client::with_config(config(base)).with_http_service(service)
}

fn openai_by_function(base: String) -> OpenAI {
    let layer = trace_runtime::reqwest::layer()
        .looking_at(async |request: HttpRequestFactory| request.build().await.ok());
    let retrying = OpenAIRetryLayer::default().layer(ReqwestService::new(reqwest::Client::new()));
    async_openai::Client::with_config(config(base)).with_http_service(layer.layer(retrying))
}

/// The crate opens spans through `tracing`, around those of the middleware.
fn rig(base: &str) -> RigOpenAI {
    let http = reqwest_middleware::ClientBuilder::new(reqwest::Client::new())
        .with(trace_runtime::reqwest::Middleware::new())
        .build();
    RigConfig::new("none").with_base_url(base).connect(ReqwestMiddlewareClient::from(http))
}

async fn rig_answer(base: String) -> Result<String> {
    Ok(rig(&base).chat(MODEL).call(CompletionRequest::new("Hi")).await?.text())
}

async fn rig_stream(base: String) -> Result<Parts> {
    let stream = rig(&base).chat(MODEL).stream(CompletionRequest::new("Hi"))?;
    Ok(stream.map_ok(drop).map_err(Into::into).boxed())
}

/// The crate opens spans through `tracing`; its HTTP client cannot be traced.
fn genai(base: &str) -> Result<genai::Client> {
    let endpoint = Endpoint::from_owned(format!("{base}/"));
    let resolver = ServiceTargetResolver::from_resolver_fn(move |target: genai::ServiceTarget| {
        let model = genai::ModelIden::new(AdapterKind::OpenAI, target.model.model_name);
        let auth = AuthData::from_single("none");
        Ok(genai::ServiceTarget { endpoint: endpoint.clone(), auth, model })
    });
    Ok(genai::Client::builder().with_service_target_resolver(resolver).build()?)
}

fn genai_request() -> ChatRequest {
    ChatRequest::new(vec![ChatMessage::user("Hi")])
}

async fn genai_answer(base: String) -> Result<String> {
    let answer = genai(&base)?.exec_chat(MODEL, genai_request(), None).await?;
    answer.into_first_text().context("text")
}

async fn genai_stream(base: String) -> Result<Parts> {
    let options = ChatOptions::default().with_capture_usage(true);
    let answer = genai(&base)?.exec_chat_stream(MODEL, genai_request(), Some(&options)).await?;
    Ok(answer.stream.map_ok(drop).map_err(Into::into).boxed())
}

async fn raw(adapter: Raw, base: String, body: Value) -> Result<Received> {
    let url = format!("{base}/chat/completions");
    let received = (adapter.send)(Call { url, body: body.to_string(), timeout: None }).await?;
    anyhow::ensure!(received.status == 200, "status {}", received.status);
    Ok(received)
}

fn askers() -> Vec<Asker> {
    let adapters = RAW.map(|adapter| {
        Asker::new(
            adapter.name,
            move |base| async move { raw(adapter, base, body()).await?.text().await },
            move |base| async move {
                let body = raw(adapter, base, streaming()).await?.body;
                Ok(body.map_ok(drop).boxed())
            },
        )
    });
    let mut all = Vec::from(adapters);
    all.push(Asker::new(
        "async-openai",
        |base| openai(openai_by_service(base)),
        |base| openai_stream(openai_by_service(base)),
    ));
    all.push(Asker::new(
        "async-openai by a function",
        |base| openai(openai_by_function(base)),
        |base| openai_stream(openai_by_function(base)),
    ));
    all.push(Asker::new("rig", rig_answer, rig_stream));
    all.push(Asker::new("genai", genai_answer, genai_stream));
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

/// Reads a stream of which only the beginning arrives, then a whole one.
async fn read_both(asker: &Asker, billing: &Billing) -> Result<()> {
    asker.read_first(&billing.base("endless")).await?;
    asker.read(&billing.base("ok")).await
}

#[test]
fn stream_is_counted_once() {
    for_each(1, async |asker, billing| asker.read(&billing.base("ok")).await);
}

#[test]
fn stream_that_is_dropped_early_counts_only_what_was_billed() {
    for_each(1, async |asker, billing| read_both(asker, billing).await);
}

#[test]
fn stream_that_is_dropped_early_in_a_function_counts_only_what_was_billed() {
    #[llm(skip_all)]
    async fn first(asker: &Asker, base: &str) -> Result<()> {
        asker.read_first(base).await
    }
    #[llm(skip_all)]
    async fn whole(asker: &Asker, base: &str) -> Result<()> {
        asker.read(base).await
    }
    #[llm(skip_all)]
    async fn both(asker: &Asker, billing: &Billing) -> Result<()> {
        read_both(asker, billing).await
    }
    for_each(1, async |asker, billing| {
        first(asker, &billing.base("endless")).await?;
        whole(asker, &billing.base("ok")).await
    });
    for_each(1, async |asker, billing| both(asker, billing).await);
}

#[test]
fn stream_that_is_dropped_early_in_a_traced_call_counts_only_what_was_billed() {
    for_each(1, async |asker, billing| {
        let (cut, whole) = (billing.base("endless"), billing.base("ok"));
        traced!(llm, asker.read_first(&cut).await)?;
        traced!(llm, asker.read(&whole).await)
    });
}

#[test]
fn stream_that_outlives_its_function_is_counted_once() {
    #[llm(skip_all)]
    async fn begun(
        asker: &Asker,
        base: &str,
    ) -> Result<Pin<Box<dyn Stream<Item = Result<()>> + Send>>> {
        (asker.stream)(base.to_owned()).await
    }
    for_each(1, async |asker, billing| {
        begun(asker, &billing.base("endless")).await?.next().await.context("a part")??;
        begun(asker, &billing.base("ok")).await?.try_collect().await
    });
}

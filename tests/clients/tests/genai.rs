//! The crate `genai` with its feature `otel`, which emits GenAI spans through `tracing`.

use clients::{Billing, run_traced};
use futures_util::StreamExt;
use genai::adapter::AdapterKind;
use genai::chat::{ChatMessage, ChatOptions, ChatRequest, Tool, ToolResponse};
use genai::resolver::{AuthData, Endpoint, ServiceTargetResolver};
use genai::{Client, ModelIden, ServiceTarget};
use integration_tests::{Program, block_on};
use serde_json::json;
use std::env;
use std::process::Command;
use tracing_subscriber::layer::SubscriberExt;

/// Without this variable the crate records no message content. It reads the variable once per
/// process, so the test starts itself again with the variable set.
const CAPTURE: &str = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT";

fn client(base: &str) -> genai::Result<Client> {
    let endpoint = Endpoint::from_owned(format!("{base}/"));
    let resolve = move |target: ServiceTarget| {
        let model = ModelIden::new(AdapterKind::OpenAI, target.model.model_name);
        Ok(ServiceTarget { endpoint: endpoint.clone(), auth: AuthData::from_single("none"), model })
    };
    let resolver = ServiceTargetResolver::from_resolver_fn(resolve);
    Client::builder().with_service_target_resolver(resolver).build()
}

#[trace_runtime::agent(skip(client))]
async fn agent(client: &Client, question: &str) -> anyhow::Result<String> {
    let tool =
        Tool::new("weather").with_description("Looks outside").with_schema(super::parameters());
    let options = ChatOptions::default()
        .with_temperature(0.5)
        .with_capture_usage(true)
        .with_capture_content(true);
    let request =
        ChatRequest::new(vec![ChatMessage::system("Be brief."), ChatMessage::user(question)]);
    let response = client
        .exec_chat("gpt-4o-mini", request.clone().with_tools(vec![tool]), Some(&options))
        .await?;
    let calls = response.into_tool_calls();
    let city = calls[0].fn_arguments["city"].as_str().unwrap_or_default();
    let result = ToolResponse::new(calls[0].call_id.clone(), super::look(city));
    let request = request.append_message(calls).append_message(result);
    let mut stream = client.exec_chat_stream("gpt-4o-mini", request, Some(&options)).await?.stream;
    while let Some(event) = stream.next().await {
        event?;
    }
    client.embed("text-embedding-3-small", "embed me", None).await?;
    Ok("done".to_owned())
}

#[test]
fn spans_of_the_crate_are_translated() {
    if env::var_os(CAPTURE).is_none() {
        let again = Command::new(env::current_exe().unwrap())
            .args(["--exact", "genai::spans_of_the_crate_are_translated", "--nocapture"])
            .env(CAPTURE, "true")
            .status();
        assert!(again.unwrap().success());
        return;
    }
    let spans = run_traced(async |base| agent(&client(base)?, "Weather in Oslo?").await.map(drop));
    spans.assert_tree(
        "agent [AGENT]\n  chat gpt-4o-mini [LLM]\n  look [TOOL]\n  chat gpt-4o-mini [LLM]\n  \
         embeddings text-embedding-3-small [EMBEDDING]\n",
    );
    let call = "message.tool_calls.0.tool_call";
    spans.assert_attributes(
        "chat gpt-4o-mini",
        &[
            json!({
                "llm.model_name": "gpt-4o-mini",
                "llm.provider": "openai",
                "llm.system": "openai",
                "llm.invocation_parameters": { "model": "gpt-4o-mini", "stream": false, "temperature": 0.5 },
                "llm.input_messages.0.message.role": "system",
                "llm.input_messages.0.message.content": "Be brief.",
                "llm.input_messages.1.message.role": "user",
                "llm.input_messages.1.message.content": "Weather in Oslo?",
                "llm.output_messages.0.message.role": "assistant",
                (format!("llm.output_messages.0.{call}.function.name")): "weather",
                (format!("llm.output_messages.0.{call}.function.arguments")): { "city": "Oslo" },
                "llm.tools.0.tool.name": "weather",
                "llm.finish_reason": "tool_calls",
                "llm.token_count.prompt": 3,
                "llm.token_count.completion": 2,
                "llm.token_count.total": 5,
            }),
            json!({
                "llm.model_name": "gpt-4o-mini",
                (format!("llm.input_messages.2.{call}.id")): "call_stub",
                "llm.input_messages.3.message.role": "tool",
                "llm.input_messages.3.message.tool_call_id": "call_stub",
                "llm.input_messages.3.message.content": "sun in Oslo",
                "llm.output_messages.0.message.content": "Canned answer to: sun in Oslo",
                "llm.finish_reason": "stop",
                "llm.token_count.prompt": 3,
                "llm.token_count.completion": 6,
            }),
        ],
    );
    spans.assert_attributes(
        "embeddings text-embedding-3-small",
        &[json!({ "embedding.model_name": "text-embedding-3-small", "llm.token_count.prompt": 2 })],
    );
}

#[test]
fn error_status_is_an_error_without_a_message() {
    let program = Program::start();
    let layer = program.registration.tracing_layer();
    let _default = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
    block_on(async {
        let billing = Billing::start().await;
        let client = client(&billing.base("400")).expect("a client");
        let request = ChatRequest::new(vec![ChatMessage::user("Hi")]);
        client.exec_chat("gpt-4o-mini", request, None).await.expect_err("an error");
    });
    let tree = program.tree();
    assert_eq!(tree, "chat gpt-4o-mini [LLM] error()\n");
}

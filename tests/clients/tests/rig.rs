//! The crate `rig-core`, which emits GenAI spans through `tracing`.

use clients::run_traced;
use rig_core::completion::{CompletionRequest, Message, ToolDefinition};
use rig_core::message::ToolName;
use rig_core::providers::openai::{OpenAI, OpenAIConfig};
use rig_core::telemetry::{completion_parent_span, record_model_input, record_model_output};
use serde_json::{Value, json};
use tracing::Instrument;

const MODEL: &str = "gpt-4o-mini";

fn client(base: &str) -> OpenAI {
    OpenAIConfig::new("none").with_base_url(base).client()
}

/// Calls a model twice: first as agent runtimes on top of `rig-core` do, with a parent span that
/// records the messages, then with the crate alone.
#[trace_runtime::agent(skip(client))]
async fn agent(client: &OpenAI, question: &str) -> anyhow::Result<()> {
    let span = completion_parent_span!(
        target: "runtime",
        name: "turn",
        operation: "chat",
        system_instructions: Option::<&str>::None,
        gen_ai.conversation.id = "session-1",
    );
    record_model_input(&span, &[Message::user(question)], true);
    let name = ToolName::new("weather")?;
    let tool = ToolDefinition::new(name, "Looks outside", super::parameters());
    let request = CompletionRequest::new(question).tool(tool);
    let response = client.chat(MODEL).call(request).instrument(span.clone()).await?;
    record_model_output(&span, &response.choice, true);
    drop(span);
    for call in response.tool_calls() {
        super::look(call.function.arguments_value()["city"].as_str().unwrap_or_default());
    }
    let request = CompletionRequest::new(question).preamble("Be brief.");
    let stream = client.chat(MODEL).stream(request.record_content_telemetry(true))?;
    // The crate records the token usage of a stream when the stream is folded into a response.
    stream.finish().await?;
    Ok(())
}

#[test]
fn spans_of_the_crate_are_translated() {
    let spans = run_traced(async |base| agent(&client(base), "Weather in Oslo?").await);
    spans.assert_tree("agent [AGENT]\n  turn [LLM]\n  look [TOOL]\n  chat [LLM]\n");
    let call = "llm.output_messages.0.message.tool_calls.0.tool_call";
    spans.assert_attributes(
        "turn",
        &[json!({
            "session.id": "session-1",
            "llm.model_name": MODEL,
            "llm.provider": "openai",
            "llm.system": "openai",
            "llm.input_messages.0.message.role": "user",
            "llm.input_messages.0.message.content": "Weather in Oslo?",
            "llm.output_messages.0.message.role": "assistant",
            (format!("{call}.function.name")): "weather",
            (format!("{call}.function.arguments")): { "city": "Oslo" },
            "llm.finish_reason": "tool_call",
            "llm.token_count.prompt": 3,
            "llm.token_count.completion": 2,
            "llm.token_count.total": 5,
        })],
    );
    spans.assert_attributes(
        "chat",
        &[json!({
            "llm.model_name": MODEL,
            "llm.invocation_parameters": { "model": MODEL, "stream": true },
            "llm.input_messages.0.message.role": "system",
            "llm.input_messages.0.message.content": "Be brief.",
            // The crate leaves user messages and the finish reason to the runtime.
            "llm.input_messages.1.message.role": null,
            "llm.finish_reason": null,
            "llm.token_count.prompt": 3,
            "llm.token_count.completion": 6,
            "llm.token_count.total": 9,
        })],
    );
}

#[test]
fn embedding_spans_are_translated() {
    let spans = run_traced(async |base| {
        let texts = vec!["embed me".to_owned()];
        client(base).embedding("text-embedding-3-small", None).call(texts).await?;
        Ok(())
    });
    spans.assert_tree("embeddings [EMBEDDING]\n");
    spans.assert_attributes(
        "embeddings",
        &[json!({ "embedding.model_name": "text-embedding-3-small", "llm.token_count.prompt": 2 })],
    );
}

#[test]
fn failing_call_is_a_child_of_the_traced_function() {
    #[trace_runtime::agent(skip(client))]
    async fn ask(client: &OpenAI) -> anyhow::Result<Value> {
        client.chat(MODEL).call(CompletionRequest::new("Hello")).await?;
        Ok(Value::Null)
    }
    let spans = run_traced(async |base| {
        assert!(ask(&client(&format!("{base}/nowhere"))).await.is_err());
        Ok(())
    });
    spans.assert_tree("ask [AGENT]\n  chat [LLM]\n");
}

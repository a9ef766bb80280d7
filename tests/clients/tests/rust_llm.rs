//! The crate `rust_llm`, whose spans come natively from OpenTelemetry's global provider.

use async_trait::async_trait;
use clients::run_traced;
use rust_llm::{Chat, Parameter, Tool, ToolCall, ToolError, ToolResult};
use serde_json::{Map, Value, json};

const MODEL: &str = "gpt-4o-mini";

fn chat(base: &str) -> anyhow::Result<Chat> {
    rust_llm::open_telemetry::enable()?;
    let context = rust_llm::context::context(|config| {
        config.set("openai_api_key", "none");
        config.set("openai_api_base", base);
    });
    // The stub speaks OpenAI's chats and responses.
    Ok(context.chat(Some(MODEL), Some("openai"))?)
}

struct Weather;

#[async_trait]
impl Tool for Weather {
    fn name(&self) -> String {
        "weather".to_owned()
    }

    fn description(&self) -> String {
        "Looks outside".to_owned()
    }

    fn parameters(&self) -> Vec<Parameter> {
        vec![Parameter::new("city")]
    }

    async fn execute(
        &self,
        arguments: Map<String, Value>,
        _: &ToolCall,
    ) -> Result<ToolResult, ToolError> {
        let city = arguments.get("city").and_then(Value::as_str).unwrap_or_default();
        Ok(super::look(city).into())
    }
}

#[trace_runtime::agent(skip(chat))]
async fn agent(chat: &mut Chat, question: &str) -> anyhow::Result<String> {
    Ok(Box::pin(chat.ask(question)).await?.content().to_owned())
}

#[test]
fn native_spans_are_children_and_translated() {
    let spans = run_traced(async |base| {
        let mut chat = chat(base)?.with_tool(Weather);
        let answer = agent(&mut chat, "Weather in Oslo?").await?;
        assert_eq!(answer, "Canned answer to: sun in Oslo");
        Ok(())
    });
    let turn = format!("  chat {MODEL} [LLM]\n");
    let tool = "  execute_tool weather [TOOL]\n    look [TOOL]\n";
    spans.assert_tree(&format!("agent [AGENT]\n{turn}{tool}{turn}"));
    let attributes = |prompt: u64, completion: u64| {
        json!({
            "llm.model_name": MODEL,
            "llm.provider": "openai",
            "llm.token_count.prompt": prompt,
            "llm.token_count.completion": completion,
        })
    };
    let chats = [attributes(3, 2), attributes(3, 6)];
    spans.assert_attributes(&format!("chat {MODEL}"), &chats);
    spans.assert_attributes("execute_tool weather", &[json!({ "tool.name": "weather" })]);
}

#[test]
fn native_span_in_an_llm_function_counts_once() {
    #[trace_runtime::llm(skip(chat))]
    async fn ask(chat: &mut Chat, question: &str) -> anyhow::Result<String> {
        Ok(Box::pin(chat.ask(question)).await?.content().to_owned())
    }
    let spans = run_traced(async |base| {
        ask(&mut chat(base)?, "Hello").await?;
        Ok(())
    });
    spans.assert_tree(&format!("ask [LLM]\n  chat {MODEL} [LLM]\n"));
    spans.assert_attributes("ask", &[json!({ "llm.token_count.total": null })]);
}

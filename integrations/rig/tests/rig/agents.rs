//! Agents of `rig-agent`, which call models and tools in a loop.

use crate::stub::Stub;
use crate::{MODEL, client, shape, total};
use integration_tests::{Program, block_on};
use rig_agent::AgentBuilder;
use rig_core::message::ToolName;
use rig_core::providers::openai::OpenAI;
use rig_core::tool::{DynamicTool, ToolOutput};
use serde_json::json;
use tracing_subscriber::layer::SubscriberExt;

#[trace_runtime::tool]
#[expect(clippy::unused_async, reason = "stands for one that awaits")]
async fn weather(city: String) -> String {
    format!("sun in {city}")
}

#[trace_runtime::agent(skip(client))]
async fn plan(client: &OpenAI, question: &str) -> String {
    let parameters = json!({
        "type": "object",
        "properties": { "city": { "type": "string" } },
        "required": ["city"],
    });
    let name = ToolName::new("weather").expect("a name");
    let tool = DynamicTool::new_with_context(name, "Looks outside", parameters, |_, arguments| {
        Box::pin(async move {
            let city = arguments["city"].as_str().unwrap_or_default().to_owned();
            Ok(ToolOutput::text(weather(city).await))
        })
    });
    let agent = AgentBuilder::new(client.chat(MODEL)).dynamic_tool(tool).build();
    agent.prompt(question).max_turns(3).await.expect("an answer").to_string()
}

#[test]
fn agent_loop_is_one_trace_and_counts_once() {
    let program = Program::start();
    let billed = block_on(async {
        let stub = Stub::start().await;
        let answer = plan(&client(&stub, "ok"), "Weather in Oslo?").await;
        assert_eq!(answer, "Canned answer to: sun in Oslo");
        stub.billed()
    });
    let expected = ["plan", "  chat gpt-4o-mini", "  weather", "  chat gpt-4o-mini"];
    assert_eq!(shape(&program), expected);
    assert_eq!(total(&program), billed);
}

#[test]
fn agent_loop_with_the_spans_of_rig_counts_once() {
    let program = Program::start();
    let layer = program.registration.tracing_layer();
    let _default = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
    let billed = block_on(async {
        let stub = Stub::start().await;
        plan(&client(&stub, "ok"), "Weather in Oslo?").await;
        stub.billed()
    });
    let tree = program.tree();
    assert_eq!(total(&program), billed, "{tree}");
    let turn = ["    chat", "      chat gpt-4o-mini"];
    let tool = ["    execute_tool", "      weather"];
    let expected = [["plan", "  invoke_agent"], turn, tool, turn].concat();
    assert_eq!(shape(&program), expected, "{tree}");
}

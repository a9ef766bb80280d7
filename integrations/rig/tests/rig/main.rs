//! The traces of real rig clients and agents.

mod agents;
mod calls;
mod counted_once;
mod failures;
mod stub;

use integration_tests::Program;
use rig_core::completion::CompletionRequest;
use rig_core::providers::openai::{OpenAI, OpenAIConfig};
use rig_reqwest::ReqwestClient;
use stub::Stub;

const MODEL: &str = "gpt-4o-mini";
/// The name of a chat's span.
const CHAT: &str = "chat gpt-4o-mini";

/// Returns a client whose calls are traced. Its key must not reach a span.
fn client(stub: &Stub, mode: &str) -> OpenAI {
    let config = OpenAIConfig::new("secret-key").with_base_url(stub.base(mode));
    config.connect(trace_rig::traced(ReqwestClient::default()))
}

fn question() -> CompletionRequest {
    CompletionRequest::new("Grüß Gott").preamble("Be brief.")
}

/// Adds up the tokens of all spans.
fn total(program: &Program) -> u64 {
    let spans = program.spans();
    let attributes = spans.iter().flat_map(|span| &span.attributes);
    let counts = attributes.filter(|kv| kv.key.as_str() == "llm.token_count.total");
    counts.map(|kv| kv.value.to_string().parse::<u64>().expect("a count")).sum()
}

/// Asserts the attributes of the only span with this name; `None` means that it is not set.
#[track_caller]
fn assert_attributes(program: &Program, span: &str, expected: &[(&str, Option<&str>)]) {
    for (key, value) in expected {
        assert_eq!(program.attribute(span, key).as_deref(), *value, "{key}");
    }
}

/// Returns the names of all spans, indented below their parents, in the order of their start.
fn shape(program: &Program) -> Vec<String> {
    let mut spans = program.spans();
    spans.sort_by_key(|span| span.start_time);
    let parent = |id| spans.iter().find(|span| span.span_context.span_id() == id);
    let line = |span: &trace_runtime::opentelemetry_sdk::trace::SpanData| {
        let ancestors =
            std::iter::successors(parent(span.parent_span_id), |span| parent(span.parent_span_id));
        format!("{}{}", "  ".repeat(ancestors.count()), span.name)
    };
    spans.iter().map(line).collect()
}

//! The traces of the real SDK for Amazon Bedrock.

mod answers;
mod calls;
mod counted_once;
mod failures;
mod stub;

use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::retry::RetryConfig;
use aws_sdk_bedrockruntime::config::{BehaviorVersion, Builder, Config, Credentials, Region};
use aws_sdk_bedrockruntime::types::{ContentBlock, ConversationRole, Message};
use integration_tests::Program;
use std::time::Duration;
use stub::Stub;

/// A model whose name is encoded in paths.
const MODEL: &str = "anthropic.claude-3-haiku-20240307-v1:0";
/// The name of a chat's span.
const CHAT: &str = "chat anthropic.claude-3-haiku-20240307-v1:0";

/// Returns the configuration of a client whose calls are traced. Its keys must not reach a span.
fn config(stub: &Stub) -> Builder {
    let keys = Credentials::new("AKIDsecret", "secret-key", Some("secret-token".into()), None, "");
    let http = aws_smithy_http_client::Builder::new().build_http();
    Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(keys)
        .endpoint_url(stub.base())
        .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
        .http_client(trace_bedrock::traced(http))
}

fn client(stub: &Stub) -> Client {
    Client::from_conf(config(stub).build())
}

fn message(text: &str) -> Message {
    let message = Message::builder().role(ConversationRole::User);
    message.content(ContentBlock::Text(text.to_owned())).build().expect("a message")
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

/// Returns the names of all spans in the order of their start.
fn names(program: &Program) -> Vec<String> {
    let mut spans = program.spans();
    spans.sort_by_key(|span| span.start_time);
    spans.iter().map(|span| span.name.to_string()).collect()
}

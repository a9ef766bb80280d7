//! The fixtures sent through the types of a client, which serialize some fields differently.

use super::{difference, enriched_call, parsed};
use async_openai::types::chat::{
    CreateChatCompletionRequest, CreateChatCompletionResponse, CreateChatCompletionStreamResponse,
};
use async_openai::types::responses::{CreateResponse, Response, ResponseStreamEvent};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// Returns JSON as it is captured from the client's type `T`.
fn captured_as<T: DeserializeOwned + Serialize>(value: &Value) -> Value {
    serde_json::to_value(serde_json::from_value::<T>(value.clone()).unwrap()).unwrap()
}

/// Asserts that the types of a client yield the attributes of a fixture, except those in
/// `left_out`.
fn assert_same_attributes<I, O>(fixture: &str, left_out: &[&str])
where
    I: DeserializeOwned + Serialize,
    O: DeserializeOwned + Serialize,
{
    let path = format!("{}/fixtures/enrich/{fixture}.json", env!("CARGO_MANIFEST_DIR"));
    let fixture: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let input = &fixture["input"];
    let request = ["body", "request"].iter().find_map(|name| input.get(name)).unwrap_or(input);
    let (input, output) = (captured_as::<I>(request), captured_as::<O>(&fixture["output"]));
    let mut found = parsed(enriched_call("LLM", Some(&input), Some(&output)));
    let mut expected = fixture["attributes"].as_object().unwrap().clone();
    for attributes in [&mut found, &mut expected] {
        attributes.retain(|key, _| {
            let given = ["openinference.span.kind", "input.value", "output.value"];
            !given.contains(&key.as_str()) && !left_out.contains(&key.as_str())
        });
    }
    let difference = difference(&expected, &found);
    assert!(difference.is_empty(), "\n{difference}");
}

#[test]
fn async_openai_chat_matches_the_json_fixtures() {
    assert_same_attributes::<CreateChatCompletionRequest, CreateChatCompletionResponse>(
        "openai_chat_image",
        &[],
    );
    assert_same_attributes::<CreateChatCompletionRequest, Vec<CreateChatCompletionStreamResponse>>(
        "openai_chat_stream_tools",
        &[],
    );
}

#[test]
fn async_openai_responses_match_the_json_fixtures() {
    assert_same_attributes::<CreateResponse, Response>("openai_responses", &[]);
    assert_same_attributes::<CreateResponse, Vec<ResponseStreamEvent>>(
        "openai_responses_stream",
        &[],
    );
}

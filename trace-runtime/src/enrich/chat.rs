//! Attributes of an LLM span, from the request and the response of a chat or a completion.

use super::api::{ChatRequest, ChatResponse, Origin, non_empty};
use super::cost;
use super::find_request::{Input, find_request};
use super::model_family;
use super::providers;
use crate::record::{
    Attributes, Choices, FinishReason, InputMessages, InvocationParameters, LlmModel, OutputImages,
    ParsedMessages, Prompts, Tools,
};
use serde_json::Value;

/// Joins the chunks of a stream into one response.
pub(super) fn join_stream(output: &Value) -> Option<Value> {
    providers::assemble_chat_stream(output.as_array()?)
}

/// Derives `llm.*` attributes. Either side may be missing, or may belong to an API that is not
/// known; the other side is still read.
pub(super) fn add_attributes(
    input: Option<Input<'_>>,
    output: Option<&Value>,
    attributes: &mut Attributes,
) {
    let response = output.and_then(providers::chat_response);
    let mut request = input.and_then(|input| {
        let known = find_request(input, providers::chat_request);
        known.or_else(|| find_plain_request(input, response.as_ref()))
    });
    attributes.record(&model(request.as_ref(), response.as_ref()));
    // `{"model": .., "prompt": ".."}` is a request of OpenAI's completions and of Ollama's generate
    // alike. Only a response with choices of text proves that it was a completion.
    let is_completion = response.as_ref().is_some_and(|response| !response.choices.is_empty());
    if let Some(request) = &mut request {
        attributes.record(&request.parameters.take().map(InvocationParameters::new));
    }
    attributes.record(&output.and_then(cost::stated));
    #[cfg(feature = "cost")]
    attributes.set(crate::openinference::keys::SERVICE_TIER, output.and_then(service_tier));
    // The response is recorded first: above the limit of attributes the last ones are dropped, and
    // a request with its whole conversation is the longer of the two.
    if let Some(response) = response {
        attributes.record(&response.finish_reason.map(FinishReason::new));
        attributes.record(&response.tokens);
        attributes.record(&Choices(response.choices));
        attributes.record(&OutputImages(response.images));
        attributes.record(&ParsedMessages(response.messages));
    }
    if let Some(request) = request {
        attributes.record(&Tools::from_iter(request.tools));
        if request.messages.is_empty() || is_completion {
            attributes.record(&Prompts(request.prompts));
        } else {
            attributes.record(&InputMessages::from_iter(request.messages));
        }
    }
}

/// Finds a request that has no distinguishing field. The response must prove what it is, or the
/// endpoint to which it was sent.
fn find_plain_request(input: Input<'_>, response: Option<&ChatResponse>) -> Option<ChatRequest> {
    match (input, response) {
        (Input::Arguments(_), None) => None,
        _ => find_request(input, |value| providers::plain_chat_request(value, response)),
    }
}

/// Returns the tier that served a request. `default` is the standard price, which needs no tier.
#[cfg(feature = "cost")]
fn service_tier(response: &Value) -> Option<&str> {
    response.get("service_tier")?.as_str().filter(|tier| !["default", "auto"].contains(tier))
}

/// Returns the names of the model, its vendor (`llm.system`) and its provider (`llm.provider`).
///
/// A vendor that follows from the name of the model has priority over one that follows from the
/// format of the API, because Bedrock and OpenRouter serve the models of many vendors. The response
/// has priority over the request, because it names the exact version, such as `gpt-4o-2024-08-06`
/// for `gpt-4o`.
fn model(request: Option<&ChatRequest>, response: Option<&ChatResponse>) -> LlmModel {
    let requested = request.and_then(|request| non_empty(request.model.clone()));
    let responded = response.and_then(|response| non_empty(response.model.clone()));
    let origins = [response.map(|response| response.origin), request.map(|request| request.origin)];
    let by_format =
        |field: fn(Origin) -> Option<&'static str>| origins.into_iter().flatten().find_map(field);
    let names = [&responded, &requested].into_iter().flatten();
    let by_name = names.map(String::as_str).find_map(model_family::system);
    LlmModel {
        system: by_name.or(by_format(|origin| origin.system)).map(str::to_owned),
        provider: by_format(|origin| origin.provider).map(str::to_owned),
        requested,
        responded,
    }
}

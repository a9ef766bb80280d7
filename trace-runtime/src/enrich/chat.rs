//! What the request and the response of a chat say of an LLM span.

use super::arguments;
use super::model_family;
use super::neutral::{ChatRequest, ChatResponse, Vendor, said};
use super::shapes;
use crate::record::{
    Answer, Attributes, Choices, FinishReason, InputMessages, InvocationParameters, LlmModel,
    Prompts, Tools,
};
use serde_json::Value;

/// The chunks of a stream as the response they are pieces of. Many servers end a stream that fails
/// with an error in place of a chunk.
pub(super) fn joined(output: &Value) -> Option<Value> {
    let chunks = output.as_array()?;
    let (last, others) = chunks.split_last()?;
    if let Some(joined) = shapes::chat_joined(chunks) {
        return Some(joined);
    }
    let error = last.get("error")?;
    let mut joined = shapes::chat_joined(others)?;
    joined.as_object_mut()?.insert("error".to_owned(), error.clone());
    Some(joined)
}

pub(super) fn attributes(input: Option<&Value>, output: Option<&Value>) -> Attributes {
    let request = input.and_then(|input| arguments::request(input, shapes::chat_request));
    let response = output.and_then(shapes::chat_response);
    let mut attributes = Attributes::default();
    attributes.record(&model(request.as_ref(), response.as_ref()));
    // Where a prompt may be that of a completion or of a chat, the answer tells.
    let is_completion = response.as_ref().is_some_and(|response| !response.choices.is_empty());
    // What comes last goes first where there are too many: the request is the longer one.
    if let Some(response) = response {
        attributes.record(&response.finish_reason.map(FinishReason::new));
        attributes.record(&response.tokens);
        attributes.record(&Choices(response.choices));
        attributes.record(&Answer(response.messages));
    }
    if let Some(request) = request {
        attributes.record(&request.parameters.map(InvocationParameters::new));
        attributes.record(&Tools::from_iter(request.tools));
        if request.messages.is_empty() || is_completion {
            attributes.record(&Prompts(request.prompts));
        } else {
            attributes.record(&InputMessages::from_iter(request.messages));
        }
    }
    attributes
}

/// The names of the model, and its vendor as far as the shapes or the names prove it.
fn model(request: Option<&ChatRequest>, response: Option<&ChatResponse>) -> LlmModel {
    let requested = request.and_then(|request| said(request.model.clone()));
    let responded = response.and_then(|response| said(response.model.clone()));
    let vendors = [response.map(|response| response.vendor), request.map(|request| request.vendor)];
    let proved =
        |of: fn(Vendor) -> Option<&'static str>| vendors.into_iter().flatten().find_map(of);
    let named = [&responded, &requested].into_iter().flatten();
    let by_name = named.map(String::as_str).find_map(model_family::system);
    LlmModel {
        system: by_name.or(proved(|vendor| vendor.system)).map(str::to_owned),
        provider: proved(|vendor| vendor.provider).map(str::to_owned),
        requested,
        responded,
    }
}

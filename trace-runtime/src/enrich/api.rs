//! The requests and responses of model APIs, in one form for all providers.
//!
//! Each API has its own module, which parses the JSON of that API and converts it into these types.
//! The modules for chats, embeddings and rankings therefore need not distinguish the APIs.

use crate::record::{Content, Document, Image, Json, Message, Part, TokenCount, Tool, UserMessage};
use serde_json::{Map, Value};

/// The request of a chat or a completion API.
#[derive(Debug, Default)]
pub(super) struct ChatRequest {
    /// The conversation, system instructions first.
    pub(super) messages: Vec<Message>,
    /// The texts that a completion API is asked to complete. Set together with `messages` if the
    /// request may belong to either kind of API.
    pub(super) prompts: Vec<String>,
    pub(super) tools: Vec<Tool>,
    /// The remaining fields, such as `temperature`; see [`parameters`].
    pub(super) parameters: Option<Json>,
    pub(super) model: Option<String>,
    pub(super) origin: Origin,
}

/// The response of a chat or a completion API.
#[derive(Debug, Default)]
pub(super) struct ChatResponse {
    /// The messages of the assistant, and the results of tools that the API itself has called, such
    /// as a web search.
    pub(super) messages: Vec<Message>,
    /// The texts that a completion API has generated. Such a response has no messages.
    pub(super) choices: Vec<String>,
    /// The images that the model generated, for `output.images`.
    pub(super) images: Vec<Image>,
    /// The reason in the words of the API: `stop`, `end_turn`, `MAX_TOKENS`.
    pub(super) finish_reason: Option<String>,
    pub(super) tokens: Option<TokenCount>,
    pub(super) model: Option<String>,
    pub(super) origin: Origin,
}

/// The vendor and the provider that follow from the format of a request or response alone.
///
/// Both are `None` for a format that several servers implement: OpenAI's chat format is also used
/// by Groq, vLLM, `DeepSeek` and many others, so it proves neither.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Origin {
    /// The company that made the model (`llm.system`), for example `anthropic`.
    pub(super) system: Option<&'static str>,
    /// The service that ran the model (`llm.provider`), for example `aws`.
    pub(super) provider: Option<&'static str>,
}

/// The request of an embedding API.
#[derive(Debug)]
pub(super) struct EmbeddingRequest {
    /// The texts to embed. Empty if the request has token ids instead, because decoding them would
    /// need the vocabulary of the model.
    pub(super) texts: Vec<String>,
    pub(super) parameters: Option<Json>,
    pub(super) model: Option<String>,
}

/// The response of an embedding API.
#[derive(Debug)]
pub(super) struct EmbeddingResponse {
    /// The vectors in the order of the texts; `None` for one that is neither a list of numbers nor
    /// base64 of 32-bit floats.
    pub(super) vectors: Vec<Option<Vec<f64>>>,
    pub(super) model: Option<String>,
    pub(super) tokens: Option<TokenCount>,
}

/// The request of a rerank API.
#[derive(Debug)]
pub(super) struct RerankRequest {
    pub(super) query: String,
    pub(super) documents: Vec<Document>,
    pub(super) model: Option<String>,
    /// The number of documents to return; `top_n` in some APIs.
    pub(super) top_k: Option<u64>,
}

/// One document in the response of a rerank API.
#[derive(Debug)]
pub(super) struct Ranked {
    /// The place of the document in the request.
    pub(super) index: usize,
    pub(super) score: f64,
    /// The document itself, if the response repeats it.
    pub(super) document: Option<Document>,
}

/// Returns `llm.invocation_parameters`: the model, and the fields of a request that are not
/// recorded as separate attributes.
///
/// `model` is the name of the field and its value, since Bedrock writes `modelId` and all others
/// write `model`. It is `None` if the URL names the model, as for Azure and Bedrock.
///
/// `{"model": "gpt-4o", "temperature": 0.5, "seed": null}` gives
/// `{"model": "gpt-4o", "temperature": 0.5}`.
pub(super) fn parameters(
    model: Option<(&str, &str)>,
    mut rest: Map<String, Value>,
) -> Option<Json> {
    retain_parameters(&mut rest);
    rest.extend(model.map(|(field, model)| (field.to_owned(), model.into())));
    (!rest.is_empty()).then(|| Value::Object(rest).into())
}

/// Removes fields that are null, and strings that show a Rust value instead of a parameter.
///
/// A function such as `async fn chat(client: &Client, model: &str, messages: Vec<Message>)` is
/// recorded as `{"client": .., "model": .., "messages": ..}`, which has the format of a request. If
/// the macro's option `skip(client)` is missing, the client is one of its fields and would be
/// recorded as a parameter.
pub(super) fn retain_parameters(rest: &mut Map<String, Value>) {
    rest.retain(|_, value| !value.is_null() && !value.as_str().is_some_and(is_rust_value));
}

/// Guesses whether a string was captured from a Rust value that is not `Serialize`. Two forms
/// occur:
///
/// * `Client { config: .. }`, the `Debug` text of a struct. `reqwest::Client` and
///   `async_openai::Client` are recorded like this.
/// * `<Client>`, the name of a type without `Debug`, as the capture writes it.
///
/// Both must name a type in upper camel case. A real parameter such as the stop sequence `</s>` or
/// `<END>` does not. The test `retain_parameters_of_a_client_removes_it` shows both forms.
fn is_rust_value(text: &str) -> bool {
    let is_type = |name: &str| {
        name.starts_with(char::is_uppercase)
            && name.contains(char::is_lowercase)
            && name.chars().all(|it| it.is_alphanumeric() || "_<>,&' ".contains(it))
    };
    let in_brackets = text.strip_prefix('<').and_then(|text| text.strip_suffix('>'));
    let before_fields = text.strip_suffix('}').and_then(|text| text.split_once(" { "));
    in_brackets.or(before_fields.map(|(name, _)| name)).is_some_and(is_type)
}

/// Returns the name unless it is empty. Some servers send `"model": ""`.
pub(super) fn non_empty(name: Option<String>) -> Option<String> {
    name.filter(|name| !name.is_empty())
}

/// Returns the token counts of a response, or `None` if the API reported neither count. Some
/// servers send an empty `usage`.
pub(super) fn tokens(prompt: Option<u64>, completion: Option<u64>) -> Option<TokenCount> {
    match (prompt, completion) {
        (Some(prompt), Some(completion)) => Some(TokenCount::new(prompt, completion)),
        (Some(prompt), None) => Some(TokenCount::of_prompt(prompt)),
        (None, Some(completion)) => {
            Some(TokenCount { completion: Some(completion), ..TokenCount::default() })
        }
        (None, None) => None,
    }
}

/// Adds up counts that do not overlap. Anthropic and Bedrock report cached tokens separately from
/// the other tokens of the prompt, whereas `llm.token_count.prompt` includes them.
pub(super) fn sum<const N: usize>(counts: [Option<u64>; N]) -> u64 {
    counts.into_iter().flatten().fold(0, u64::saturating_add)
}

/// Converts the definitions of tools, each of which keeps the JSON that the client sent.
pub(super) fn tools(definitions: Option<Vec<Value>>) -> Vec<Tool> {
    definitions.into_iter().flatten().map(Tool::new).collect()
}

/// Converts a value to JSON for an attribute. Text that is already JSON is not quoted again: OpenAI
/// sends the arguments of a tool call as the string `"{\"city\": \"Oslo\"}"`, Anthropic as an
/// object.
pub(super) fn json(value: &Value) -> Json {
    match value {
        Value::String(text) => Json::from_text(text),
        value => Json::from(value.clone()),
    }
}

/// Returns the content of a message: a text, a list of parts that `part` reads, or for any other
/// value its JSON text.
pub(super) fn content(value: &Value, part: impl Fn(&Value) -> Part) -> Content {
    match value {
        Value::Null => Content::Empty,
        // Text stays text: a list with one part is recorded under other attribute keys.
        Value::String(text) => text.as_str().into(),
        Value::Array(parts) => parts.iter().map(part).collect::<Vec<Part>>().into(),
        other => other.to_string().into(),
    }
}

/// Returns true for a value that every API accepts as the content of a message.
pub(super) fn is_content(value: &Value) -> bool {
    value.is_string() || value.is_array()
}

/// Shows a part that is not known as its JSON.
pub(super) fn json_part(value: &Value) -> Part {
    Part::text(value.to_string())
}

/// Shows a message that is not known as its JSON, from which its role can be seen.
pub(super) fn json_message(value: &Value) -> Message {
    UserMessage::new(value.to_string()).into()
}

/// Returns a vector, or `None` if the value is not a list of numbers.
pub(super) fn vector(value: &Value) -> Option<Vec<f64>> {
    let numbers = value.as_array().filter(|numbers| !numbers.is_empty())?;
    numbers.iter().map(Value::as_f64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn retained(fields: Value) -> Value {
        let Value::Object(mut fields) = fields else { panic!("not an object: {fields}") };
        retain_parameters(&mut fields);
        fields.into()
    }

    #[test]
    fn retain_parameters_of_a_client_removes_it() {
        let fields = json!({
            "reqwest": "Client { accepts: Accepts, proxies: [Proxy(System)], referer: true }",
            "async_openai": "Client { request_client: ReqwestClient, config: OpenAIConfig { .. } }",
            "no_debug": "<Client<OpenAIConfig>>",
            "null": null,
            "temperature": 0.5,
        });
        assert_eq!(retained(fields), json!({"temperature": 0.5}));
    }

    #[test]
    fn retain_parameters_of_text_in_brackets_or_braces_keeps_it() {
        let fields = json!({
            "stop": "</s>", "suffix": "<END>", "user": "<team a>", "grammar": "root { item }",
            "template": "{ \"a\": 1 }",
        });
        assert_eq!(retained(fields.clone()), fields);
    }

    #[test]
    fn parameters_without_a_model_are_the_settings() {
        let rest = || Map::from_iter([("temperature".to_owned(), json!(0.5))]);
        assert_eq!(parameters(None, Map::new()), None);
        assert_eq!(parameters(None, rest()), Some(Json::from(json!({"temperature": 0.5}))));
        let parameters = parameters(Some(("modelId", "nova-lite")), rest());
        let expected = json!({"modelId": "nova-lite", "temperature": 0.5});
        assert_eq!(parameters, Some(Json::from(expected)));
    }
}

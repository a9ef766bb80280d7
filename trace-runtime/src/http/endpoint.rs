//! The endpoints of model APIs, by the end of their path.

use crate::openinference::OpenInferenceSpanKind::{self, Embedding, Llm, Reranker};
use crate::span::CallSite;
use percent_encoding::percent_decode_str;

/// An endpoint whose requests may be model calls.
#[derive(Debug)]
pub(super) struct Endpoint {
    /// The end of the path.
    suffix: &'static str,
    /// The sort of call.
    pub(super) site: &'static CallSite,
    /// The request is a call if its body has one of these keys.
    pub(super) keys: &'static [&'static str],
    /// A part of the names of the models to which the endpoint belongs. Empty for all.
    model: &'static str,
}

static CHAT: CallSite = CallSite::of_exchanges(Llm, "chat");
static GENERATE: CallSite = CallSite::of_exchanges(Llm, "generate_content");
static COMPLETION: CallSite = CallSite::of_exchanges(Llm, "text_completion");
static EMBED: CallSite = CallSite::of_exchanges(Embedding, "embeddings");
static RERANK: CallSite = CallSite::of_exchanges(Reranker, "rerank");

const fn endpoint(
    suffix: &'static str,
    site: &'static CallSite,
    keys: &'static [&'static str],
) -> Endpoint {
    Endpoint { suffix, site, keys, model: "" }
}

/// The keys of a request whose response Bedrock streams.
const STREAM_KEYS: [&str; 4] = ["messages", "prompt", "message", "inputText"];

/// The known endpoints. Of several that fit, the first counts.
static ENDPOINTS: [Endpoint; 34] = [
    // OpenAI, and the many servers that speak its APIs.
    endpoint("/chat/completions", &CHAT, &["messages"]),
    // Mistral.
    endpoint("/agents/completions", &CHAT, &["messages"]),
    endpoint("/responses", &CHAT, &["input", "prompt", "previous_response_id"]),
    endpoint("/completions", &COMPLETION, &["prompt"]),
    endpoint("/api/embeddings", &EMBED, &["prompt", "input"]),
    endpoint("/embeddings", &EMBED, &["input"]),
    endpoint("/images/generations", &GENERATE, &["prompt"]),
    // Anthropic, also on Vertex AI.
    endpoint("/messages", &CHAT, &["messages"]),
    endpoint(":rawPredict", &CHAT, &["messages"]),
    endpoint(":streamRawPredict", &CHAT, &["messages"]),
    // Gemini.
    endpoint(":generateContent", &GENERATE, &["contents"]),
    endpoint(":streamGenerateContent", &GENERATE, &["contents"]),
    endpoint(":embedContent", &EMBED, &["content"]),
    endpoint(":batchEmbedContents", &EMBED, &["requests"]),
    // Vertex AI serves many models at `predict`; of these only embeddings are read.
    endpoint(":predict", &EMBED, &["instances"]).of_model("embedding"),
    // Bedrock. The keys of the body and the model in the path decide what `invoke` is.
    endpoint("/converse", &CHAT, &["messages"]),
    endpoint("/converse-stream", &CHAT, &["messages"]),
    endpoint("/invoke", &CHAT, &["messages", "prompt", "message", "textGenerationConfig"]),
    endpoint("/invoke", &CHAT, &["inputText"]).of_model("titan-t"),
    endpoint("/invoke", &RERANK, &["query"]),
    endpoint("/invoke", &EMBED, &["inputText", "inputImage", "texts", "inputs", "images"]),
    endpoint("/invoke-with-response-stream", &CHAT, &STREAM_KEYS),
    // Ollama, then Cohere.
    endpoint("/api/chat", &CHAT, &["messages"]),
    endpoint("/api/generate", &GENERATE, &["prompt"]),
    endpoint("/api/embed", &EMBED, &["input"]),
    endpoint("/v1/chat", &CHAT, &["message", "messages"]),
    endpoint("/v2/chat", &CHAT, &["messages"]),
    endpoint("/v1/generate", &COMPLETION, &["prompt"]),
    endpoint("/v1/embed", &EMBED, &["texts", "inputs", "images"]),
    endpoint("/v2/embed", &EMBED, &["texts", "inputs", "images"]),
    endpoint("/rerank", &RERANK, &["query"]),
    // text-embeddings-inference, then Voyage.
    endpoint("/embed", &EMBED, &["inputs"]),
    endpoint("/multimodalembeddings", &EMBED, &["inputs"]),
    endpoint("/contextualizedembeddings", &EMBED, &["inputs"]),
];

impl Endpoint {
    const fn of_model(self, model: &'static str) -> Self {
        Endpoint { model, ..self }
    }

    /// Returns the endpoints to which a path may belong.
    pub(super) fn candidates(path: &str) -> impl Iterator<Item = &'static Endpoint> {
        let path = path.trim_end_matches('/');
        ENDPOINTS.iter().filter(move |endpoint| {
            path.strip_suffix(endpoint.suffix).is_some_and(|before| before.contains(endpoint.model))
        })
    }

    pub(super) fn kind(&self) -> OpenInferenceSpanKind {
        self.site.kind
    }
}

/// The parts before a model in a path, and the character after it: Azure, Gemini and Vertex AI,
/// Bedrock.
const MODEL_PLACES: [(&str, char); 3] =
    [("/deployments/", '/'), ("/models/", ':'), ("/model/", '/')];

/// Returns the model that the path names.
pub(super) fn model_in(path: &str) -> Option<String> {
    MODEL_PLACES.iter().find_map(|(before, after)| {
        let (_, rest) = path.split_once(before)?;
        let (model, _) = rest.split_once(*after)?;
        // A slash inside the name is escaped, as in the ARN of a profile of Bedrock.
        let is_name = !model.is_empty() && !model.contains('/');
        is_name.then(|| percent_decode_str(model).decode_utf8_lossy().into_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn model_in_a_path_is_found() {
        for (path, model) in [
            ("/openai/deployments/my-gpt/chat/completions", Some("my-gpt")),
            ("/v1beta/models/gemini-2.5-flash:generateContent", Some("gemini-2.5-flash")),
            ("/model/anthropic.claude%2Dv2%3A1/converse", Some("anthropic.claude-v2:1")),
            (
                "/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fnova/converse",
                Some("arn:aws:bedrock:us-east-1:1:inference-profile/nova"),
            ),
            ("/v1/models", None),
            ("/v1/chat/completions", None),
            ("/model//converse", None),
        ] {
            assert_eq!(model_in(path).as_deref(), model, "{path}");
        }
    }

    #[test]
    fn candidates_are_found_by_the_end_of_the_path() {
        let names = |path| -> Vec<_> { Endpoint::candidates(path).map(|e| e.site.name).collect() };
        assert_eq!(names("/v1/chat/completions").first(), Some(&"chat"));
        assert_eq!(names("/openai/v1/responses/"), ["chat"]);
        assert_eq!(names("/v1/embeddings"), ["embeddings"]);
        assert!(names("/v1/models").is_empty());
        assert!(names("/v1/messages/count_tokens").is_empty());
        assert_eq!(
            names("/v1/publishers/google/models/text-embedding-005:predict"),
            ["embeddings"]
        );
        assert!(names("/v1/publishers/google/models/imagen-4.0:predict").is_empty());
    }
}

//! The attribute names of OpenTelemetry's conventions for generative AI. They are not stable, so
//! each has its older and other spellings beside it: the first is what is written, all are read.

/// The spellings of one attribute.
pub(crate) type Names = &'static [&'static str];

pub(crate) const NAMESPACE: &str = "gen_ai.";

// What masks name one by one.
pub(crate) const INPUT_MESSAGES_KEY: &str = "gen_ai.input.messages";
pub(crate) const SYSTEM_INSTRUCTIONS_KEY: &str = "gen_ai.system_instructions";
pub(crate) const PROMPT_KEY: &str = "gen_ai.prompt";
pub(crate) const CONTENT_PROMPT_KEY: &str = "gen_ai.content.prompt";
pub(crate) const TOOL_DEFINITIONS_KEY: &str = "gen_ai.tool.definitions";
pub(crate) const TOOL_CALL_ARGUMENTS_KEY: &str = "gen_ai.tool.call.arguments";
pub(crate) const RETRIEVAL_QUERY_KEY: &str = "gen_ai.retrieval.query.text";
pub(crate) const OUTPUT_MESSAGES_KEY: &str = "gen_ai.output.messages";
pub(crate) const COMPLETION_KEY: &str = "gen_ai.completion";
pub(crate) const CONTENT_COMPLETION_KEY: &str = "gen_ai.content.completion";
pub(crate) const TOOL_CALL_RESULT_KEY: &str = "gen_ai.tool.call.result";
pub(crate) const EVALUATION_EXPLANATION_KEY: &str = "gen_ai.evaluation.explanation";
pub(crate) const RETRIEVAL_DOCUMENTS_KEY: &str = "gen_ai.retrieval.documents";
pub(crate) const REQUEST_MODEL_KEY: &str = "gen_ai.request.model";

pub(crate) const OPERATION: Names = &["gen_ai.operation.name"];
pub(crate) const PROVIDER: Names = &[super::GEN_AI_PROVIDER_NAME, "gen_ai.system"];
pub(crate) const REQUEST_MODEL: Names = &[REQUEST_MODEL_KEY];
pub(crate) const RESPONSE_MODEL: Names = &["gen_ai.response.model"];
pub(crate) const FINISH_REASONS: Names =
    &["gen_ai.response.finish_reasons", "gen_ai.response.finish_reason"];
pub(crate) const CONVERSATION_ID: Names = &["gen_ai.conversation.id"];
pub(crate) const AGENT_NAME: Names = &["gen_ai.agent.name"];

/// What begins so, but for the model, is a setting of the call.
pub(crate) const REQUEST: &str = "gen_ai.request.";
/// The settings by their name behind [`REQUEST`], with what APIs call them.
pub(crate) const SETTINGS: [(&str, Names); 11] = [
    ("max_tokens", &["max_tokens", "max_completion_tokens", "max_output_tokens"]),
    ("choice.count", &["n", "candidate_count"]),
    ("stop_sequences", &["stop_sequences", "stop"]),
    ("temperature", &["temperature"]),
    ("top_p", &["top_p"]),
    ("top_k", &["top_k"]),
    ("frequency_penalty", &["frequency_penalty"]),
    ("presence_penalty", &["presence_penalty"]),
    ("seed", &["seed"]),
    ("stream", &["stream"]),
    ("encoding_formats", &["encoding_formats"]),
];

pub(crate) const INPUT_TOKENS: Names = &["gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"];
pub(crate) const OUTPUT_TOKENS: Names =
    &["gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"];
pub(crate) const TOTAL_TOKENS: Names = &["gen_ai.usage.total_tokens"];
pub(crate) const CACHE_READ_TOKENS: Names = &[
    "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.cache_read_input_tokens",
    "gen_ai.usage.cached_tokens",
];
pub(crate) const CACHE_WRITE_TOKENS: Names = &[
    "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.cache_write.input_tokens",
    "gen_ai.usage.cache_creation_input_tokens",
];
pub(crate) const REASONING_TOKENS: Names =
    &["gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.reasoning_tokens"];
pub(crate) const INPUT_AUDIO_TOKENS: Names = &["gen_ai.usage.audio.input_tokens"];
pub(crate) const OUTPUT_AUDIO_TOKENS: Names = &["gen_ai.usage.audio.output_tokens"];

pub(crate) const SYSTEM_INSTRUCTIONS: Names = &[SYSTEM_INSTRUCTIONS_KEY];
pub(crate) const INPUT_MESSAGES: Names = &[INPUT_MESSAGES_KEY, PROMPT_KEY];
pub(crate) const OUTPUT_MESSAGES: Names = &[OUTPUT_MESSAGES_KEY, COMPLETION_KEY];
pub(crate) const TOOL_DEFINITIONS: Names = &[TOOL_DEFINITIONS_KEY];
/// The events of earlier versions of the conventions, and the roles of their messages.
pub(crate) const INPUT_EVENTS: [(&str, &str); 4] = [
    ("gen_ai.system.message", "system"),
    ("gen_ai.user.message", "user"),
    ("gen_ai.assistant.message", "assistant"),
    ("gen_ai.tool.message", "tool"),
];
pub(crate) const OUTPUT_EVENT: &str = "gen_ai.choice";

pub(crate) const TOOL_NAME: Names = &["gen_ai.tool.name"];
pub(crate) const TOOL_DESCRIPTION: Names = &["gen_ai.tool.description"];
pub(crate) const TOOL_CALL_ID: Names = &["gen_ai.tool.call.id"];
pub(crate) const TOOL_CALL_ARGUMENTS: Names = &[TOOL_CALL_ARGUMENTS_KEY];
pub(crate) const TOOL_CALL_RESULT: Names = &[TOOL_CALL_RESULT_KEY];

pub(crate) const RETRIEVAL_QUERY: Names = &[RETRIEVAL_QUERY_KEY];
pub(crate) const RETRIEVAL_DOCUMENTS: Names = &[RETRIEVAL_DOCUMENTS_KEY];
pub(crate) const EMBEDDINGS_DIMENSIONS: Names = &["gen_ai.embeddings.dimension.count"];

/// Providers as these conventions write them, and the `llm.provider` and `llm.system` of
/// OpenInference. What is not here is the same in both.
pub(crate) const PROVIDERS: [(&str, &str, Option<&str>); 17] = [
    ("openai", "openai", Some("openai")),
    ("anthropic", "anthropic", Some("anthropic")),
    ("cohere", "cohere", Some("cohere")),
    ("deepseek", "deepseek", Some("deepseek")),
    ("azure.ai.openai", "azure", Some("openai")),
    ("azure.openai", "azure", Some("openai")),
    ("azure.ai.inference", "azure", None),
    ("az.ai.openai", "azure", Some("openai")),
    ("aws.bedrock", "aws", None),
    ("gcp.vertex_ai", "google", Some("vertexai")),
    ("gcp.gen_ai", "google", None),
    ("gcp.gemini", "google", None),
    ("x_ai", "xai", Some("xai")),
    ("mistral_ai", "mistralai", Some("mistralai")),
    ("mistral", "mistralai", Some("mistralai")),
    ("moonshot_ai", "moonshot", None),
    ("ibm.watsonx.ai", "ibm", None),
];

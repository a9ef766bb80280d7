//! Attribute keys of OpenTelemetry's conventions for generative AI.
//!
//! These conventions are not stable. Each attribute has a list of spellings: the first is the
//! current one, which is written, and all of them are read. The others are names of earlier
//! versions and names that crates use although no version had them.

/// The spellings of one attribute.
pub(crate) type Names = &'static [&'static str];

/// The prefix of all keys.
pub(crate) const NAMESPACE: &str = "gen_ai.";

// Keys with content, which masks list one by one.
pub(crate) const INPUT_MESSAGES_KEY: &str = "gen_ai.input.messages";
pub(crate) const SYSTEM_INSTRUCTIONS_KEY: &str = "gen_ai.system_instructions";
pub(crate) const TOOL_DEFINITIONS_KEY: &str = "gen_ai.tool.definitions";
pub(crate) const TOOL_CALL_ARGUMENTS_KEY: &str = "gen_ai.tool.call.arguments";
pub(crate) const RETRIEVAL_QUERY_KEY: &str = "gen_ai.retrieval.query.text";
pub(crate) const OUTPUT_MESSAGES_KEY: &str = "gen_ai.output.messages";
pub(crate) const TOOL_CALL_RESULT_KEY: &str = "gen_ai.tool.call.result";
pub(crate) const EVALUATION_EXPLANATION_KEY: &str = "gen_ai.evaluation.explanation";
pub(crate) const RETRIEVAL_DOCUMENTS_KEY: &str = "gen_ai.retrieval.documents";
// Deprecated in version 1.28. The names with `content` were events that carried the other two.
pub(crate) const PROMPT_KEY: &str = "gen_ai.prompt";
pub(crate) const COMPLETION_KEY: &str = "gen_ai.completion";
pub(crate) const CONTENT_PROMPT_KEY: &str = "gen_ai.content.prompt";
pub(crate) const CONTENT_COMPLETION_KEY: &str = "gen_ai.content.completion";
/// A mask that hides requests keeps the model, which is not content.
pub(crate) const REQUEST_MODEL_KEY: &str = "gen_ai.request.model";

// The call. `gen_ai.system` became `gen_ai.provider.name` in version 1.37.
pub(crate) const OPERATION: Names = &["gen_ai.operation.name"];
pub(crate) const PROVIDER: Names = &[super::GEN_AI_PROVIDER_NAME, "gen_ai.system"];
pub(crate) const REQUEST_MODEL: Names = &[REQUEST_MODEL_KEY];
pub(crate) const RESPONSE_MODEL: Names = &["gen_ai.response.model"];
pub(crate) const FINISH_REASONS: Names =
    &["gen_ai.response.finish_reasons", "gen_ai.response.finish_reason"];
pub(crate) const CONVERSATION_ID: Names = &["gen_ai.conversation.id"];
pub(crate) const AGENT_NAME: Names = &["gen_ai.agent.name"];

/// The prefix of the settings of a call, and of `gen_ai.request.model`.
pub(crate) const REQUEST: &str = "gen_ai.request.";

/// The settings of a call: the rest of the key after [`REQUEST`], and the names of the same setting
/// in the requests of the APIs. The first of those is used in `llm.invocation_parameters`.
pub(crate) const SETTINGS: [(&str, Names); 11] = [
    // The names in OpenAI's completions, chat and responses APIs, then Bedrock's and Gemini's, whose
    // names are in camel case.
    (
        "max_tokens",
        &[
            "max_tokens",
            "max_completion_tokens",
            "max_output_tokens",
            "maxTokens",
            "maxOutputTokens",
        ],
    ),
    ("choice.count", &["n", "candidate_count", "candidateCount"]),
    // Anthropic's name, then OpenAI's.
    ("stop_sequences", &["stop_sequences", "stop", "stopSequences"]),
    ("temperature", &["temperature"]),
    ("top_p", &["top_p", "topP"]),
    ("top_k", &["top_k", "topK"]),
    ("frequency_penalty", &["frequency_penalty", "frequencyPenalty"]),
    ("presence_penalty", &["presence_penalty", "presencePenalty"]),
    ("seed", &["seed"]),
    ("stream", &["stream"]),
    ("encoding_formats", &["encoding_formats"]),
];

/// The prefix of all token counts, without the last dot.
pub(crate) const USAGE: &str = "gen_ai.usage";

// Token counts. Version 1.27 renamed `prompt_tokens` and `completion_tokens`; version 1.40 added
// the counts of the cache and version 1.41 that of reasoning, after crates had chosen names for
// them. No version has a total.
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

/// The cost in US dollars. No version has it, but gateways and backends do.
pub(crate) const COST: Names = &["gen_ai.usage.cost"];

// Messages, since version 1.37, and tools, since version 1.38: all of them JSON.
pub(crate) const SYSTEM_INSTRUCTIONS: Names = &[SYSTEM_INSTRUCTIONS_KEY];
pub(crate) const INPUT_MESSAGES: Names = &[INPUT_MESSAGES_KEY, PROMPT_KEY];
pub(crate) const OUTPUT_MESSAGES: Names = &[OUTPUT_MESSAGES_KEY, COMPLETION_KEY];
pub(crate) const TOOL_DEFINITIONS: Names = &[TOOL_DEFINITIONS_KEY];

/// The events of versions 1.28 to 1.36, one for each message that a model is given, with the role
/// of the message.
pub(crate) const INPUT_EVENTS: [(&str, &str); 4] = [
    ("gen_ai.system.message", "system"),
    ("gen_ai.user.message", "user"),
    ("gen_ai.assistant.message", "assistant"),
    ("gen_ai.tool.message", "tool"),
];
/// The event of versions 1.28 to 1.36 for each answer of a model.
pub(crate) const OUTPUT_EVENT: &str = "gen_ai.choice";

// Tool calls. Arguments and result are recorded since version 1.38.
pub(crate) const TOOL_NAME: Names = &["gen_ai.tool.name"];
pub(crate) const TOOL_DESCRIPTION: Names = &["gen_ai.tool.description"];
pub(crate) const TOOL_CALL_ID: Names = &["gen_ai.tool.call.id"];
pub(crate) const TOOL_CALL_ARGUMENTS: Names = &[TOOL_CALL_ARGUMENTS_KEY];
pub(crate) const TOOL_CALL_RESULT: Names = &[TOOL_CALL_RESULT_KEY];

// Retrievals, since version 1.40, and embeddings.
pub(crate) const RETRIEVAL_QUERY: Names = &[RETRIEVAL_QUERY_KEY];
pub(crate) const RETRIEVAL_DOCUMENTS: Names = &[RETRIEVAL_DOCUMENTS_KEY];
pub(crate) const EMBEDDINGS_DIMENSIONS: Names = &["gen_ai.embeddings.dimension.count"];

/// Providers: the GenAI name, the `llm.provider` of OpenInference, and its `llm.system` if the
/// provider serves the models of one vendor. A provider that is missing here has the same name in
/// both conventions.
///
/// The order matters where several entries share a provider: the first match wins. Version 1.35
/// renamed `az.ai.openai` to `azure.ai.openai`; some crates write `azure.openai` or
/// `mistral`.
pub(crate) const PROVIDERS: [(&str, &str, Option<&str>); 17] = [
    ("openai", "openai", Some("openai")),
    ("anthropic", "anthropic", Some("anthropic")),
    ("cohere", "cohere", Some("cohere")),
    ("deepseek", "deepseek", Some("deepseek")),
    ("azure.ai.openai", "azure", Some("openai")),
    ("azure.openai", "azure", Some("openai")),
    // `None` in this column: the provider serves several vendors, or none that is well known.
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

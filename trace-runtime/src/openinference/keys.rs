//! Attribute keys and well-known values of OpenInference and OpenTelemetry.
//!
//! No other file spells a key, so that a change of the conventions is a change of this file. The
//! keys are those of the table *Reserved Attributes* in the specification of OpenInference
//! (`spec/semantic_conventions.md`). A group names another page of the specification if that page
//! explains its keys.
//!
//! An attribute cannot hold an object or a list of objects. OpenInference flattens them: the index
//! and the key of the item follow the key of the list, for example
//! `llm.input_messages.0.message.tool_calls.1.tool_call.id`. Constants for keys of an item name the
//! list in their comment.

pub(crate) mod backends;
pub(crate) mod gen_ai;

// Every span has a span kind. The project is an attribute of the resource.
pub(crate) const SPAN_KIND: &str = "openinference.span.kind";
pub(crate) const PROJECT_NAME: &str = "openinference.project.name";

// Input and output of every span. Backends choose how to show a value by its MIME type.
pub(crate) const INPUT_VALUE: &str = "input.value";
pub(crate) const INPUT_MIME_TYPE: &str = "input.mime_type";
pub(crate) const OUTPUT_VALUE: &str = "output.value";
pub(crate) const OUTPUT_MIME_TYPE: &str = "output.mime_type";
// The Python package has these lists of images and documents, the specification does not yet.
pub(crate) const INPUT_IMAGES: &str = "input.images";
pub(crate) const INPUT_DOCUMENTS: &str = "input.documents";
pub(crate) const OUTPUT_IMAGES: &str = "output.images";
pub(crate) const OUTPUT_DOCUMENTS: &str = "output.documents";
// The two MIME types that OpenInference defines. Text is the default of a value without a type.
pub(crate) const MIME_TEXT: &str = "text/plain";
pub(crate) const MIME_JSON: &str = "application/json";

// AGENT and TOOL spans. `tool.parameters` is the JSON schema of the
// arguments; the arguments themselves are `input.value`. `tool.id` is the id of the tool call.
pub(crate) const AGENT_NAME: &str = "agent.name";
pub(crate) const TOOL_NAME: &str = "tool.name";
pub(crate) const TOOL_DESCRIPTION: &str = "tool.description";
pub(crate) const TOOL_ID: &str = "tool.id";
pub(crate) const TOOL_PARAMETERS: &str = "tool.parameters";

// LLM spans: the model. `llm.model_name` is the model of the response if the API reports it,
// else that of the request. `llm.system` is the vendor, `llm.provider` the service that ran it.
pub(crate) const LLM_MODEL_NAME: &str = "llm.model_name";
pub(crate) const LLM_REQUEST_MODEL_NAME: &str = "llm.request.model_name";
pub(crate) const LLM_RESPONSE_MODEL_NAME: &str = "llm.response.model_name";
pub(crate) const LLM_PROVIDER: &str = "llm.provider";
pub(crate) const LLM_SYSTEM: &str = "llm.system";

// LLM spans (`llm_spans.md`): the call. The parameters are a JSON object; messages and tools are
// lists.
pub(crate) const LLM_FINISH_REASON: &str = "llm.finish_reason";
pub(crate) const LLM_INVOCATION_PARAMETERS: &str = "llm.invocation_parameters";
pub(crate) const LLM_INPUT_MESSAGES: &str = "llm.input_messages";
pub(crate) const LLM_OUTPUT_MESSAGES: &str = "llm.output_messages";
pub(crate) const LLM_TOOLS: &str = "llm.tools";

// LLM spans: token counts. The counts of the prompt and the completion include their details:
// a prompt of 100 tokens may have 80 that were read from a cache.
pub(crate) const LLM_TOKEN_COUNT: &str = "llm.token_count";
pub(crate) const LLM_COST: &str = "llm.cost";
pub(crate) const LLM_TOKEN_COUNT_PROMPT: &str = "llm.token_count.prompt";
pub(crate) const LLM_TOKEN_COUNT_COMPLETION: &str = "llm.token_count.completion";
pub(crate) const LLM_TOKEN_COUNT_TOTAL: &str = "llm.token_count.total";
pub(crate) const LLM_TOKEN_COUNT_CACHE_READ: &str = "llm.token_count.prompt_details.cache_read";
pub(crate) const LLM_TOKEN_COUNT_CACHE_WRITE: &str = "llm.token_count.prompt_details.cache_write";
pub(crate) const LLM_TOKEN_COUNT_PROMPT_AUDIO: &str = "llm.token_count.prompt_details.audio";
pub(crate) const LLM_TOKEN_COUNT_REASONING: &str = "llm.token_count.completion_details.reasoning";
pub(crate) const LLM_TOKEN_COUNT_COMPLETION_AUDIO: &str =
    "llm.token_count.completion_details.audio";

// LLM spans: the cost in US dollars. The costs of the prompt and the completion include their
// details.
pub(crate) const LLM_COST_PROMPT: &str = "llm.cost.prompt";
pub(crate) const LLM_COST_COMPLETION: &str = "llm.cost.completion";
pub(crate) const LLM_COST_TOTAL: &str = "llm.cost.total";
pub(crate) const LLM_COST_INPUT: &str = "llm.cost.prompt_details.input";
pub(crate) const LLM_COST_CACHE_READ: &str = "llm.cost.prompt_details.cache_read";
pub(crate) const LLM_COST_CACHE_WRITE: &str = "llm.cost.prompt_details.cache_write";
pub(crate) const LLM_COST_PROMPT_AUDIO: &str = "llm.cost.prompt_details.audio";
pub(crate) const LLM_COST_OUTPUT: &str = "llm.cost.completion_details.output";
pub(crate) const LLM_COST_REASONING: &str = "llm.cost.completion_details.reasoning";
pub(crate) const LLM_COST_COMPLETION_AUDIO: &str = "llm.cost.completion_details.audio";
/// An entry of `metadata`: the table of prices from which the cost was estimated.
pub(crate) const METADATA_COST_ESTIMATE: &str = "cost_estimated_from";

// LLM spans: the legacy completions API, which has texts in place of messages.
pub(crate) const LLM_PROMPTS: &str = "llm.prompts";
pub(crate) const LLM_CHOICES: &str = "llm.choices";
/// Below an item of `llm.prompts`.
pub(crate) const PROMPT_TEXT: &str = "prompt.text";
/// Below an item of `llm.choices`.
pub(crate) const COMPLETION_TEXT: &str = "completion.text";
/// Deprecated. This crate only masks it.
pub(crate) const LLM_FUNCTION_CALL: &str = "llm.function_call";

// Prompt templates. The variables are a JSON object.
pub(crate) const PROMPT_TEMPLATE: &str = "llm.prompt_template.template";
pub(crate) const PROMPT_TEMPLATE_VARIABLES: &str = "llm.prompt_template.variables";
pub(crate) const PROMPT_TEMPLATE_VERSION: &str = "llm.prompt_template.version";

// Messages (`llm_spans.md`): below an item of `llm.input_messages` or `llm.output_messages`. A
// message has either a text (`message.content`) or a list of parts (`message.contents`).
pub(crate) const MESSAGE_ROLE: &str = "message.role";
pub(crate) const MESSAGE_CONTENT: &str = "message.content";
pub(crate) const MESSAGE_CONTENTS: &str = "message.contents";
pub(crate) const MESSAGE_NAME: &str = "message.name";
pub(crate) const MESSAGE_TOOL_CALL_ID: &str = "message.tool_call_id";
pub(crate) const MESSAGE_TOOL_CALLS: &str = "message.tool_calls";

// Parts of a message (`multimodal_attributes.md`): below an item of `message.contents`.
pub(crate) const MESSAGE_CONTENT_TYPE: &str = "message_content.type";
pub(crate) const MESSAGE_CONTENT_TEXT: &str = "message_content.text";
pub(crate) const MESSAGE_CONTENT_IMAGE: &str = "message_content.image";
pub(crate) const MESSAGE_CONTENT_AUDIO: &str = "message_content.audio";
pub(crate) const MESSAGE_CONTENT_VIDEO: &str = "message_content.video";
pub(crate) const MESSAGE_CONTENT_DOCUMENT: &str = "message_content.document";
// Reasoning: an id, a signature that proves its origin, and content that only the vendor can read
// (`data` of Anthropic's redacted thinking, `encrypted_content` of OpenAI).
pub(crate) const MESSAGE_CONTENT_ID: &str = "message_content.id";
pub(crate) const MESSAGE_CONTENT_SIGNATURE: &str = "message_content.signature";
pub(crate) const MESSAGE_CONTENT_DATA: &str = "message_content.data";
pub(crate) const MESSAGE_CONTENT_ENCRYPTED: &str = "message_content.encrypted_content";

// Tool calls (`tool_calling.md`): below an item of `message.tool_calls`, or below a part of the
// type `tool_use`.
pub(crate) const TOOL_CALL_ID: &str = "tool_call.id";
pub(crate) const TOOL_CALL_NAME: &str = "tool_call.function.name";
pub(crate) const TOOL_CALL_ARGUMENTS: &str = "tool_call.function.arguments";
pub(crate) const TOOL_CALL_REASONING_SIGNATURE: &str = "tool_call.reasoning_signature";
/// Below an item of `llm.tools`, which may also have `tool.name` and `tool.description`.
pub(crate) const TOOL_JSON_SCHEMA: &str = "tool.json_schema";

// Media (`multimodal_attributes.md`): below `message_content.image` and its siblings. A URL may be
// a data URL with the content in base64.
pub(crate) const IMAGE_URL: &str = "image.url";
pub(crate) const AUDIO_URL: &str = "audio.url";
pub(crate) const AUDIO_MIME_TYPE: &str = "audio.mime_type";
pub(crate) const AUDIO_TRANSCRIPT: &str = "audio.transcript";
pub(crate) const VIDEO_URL: &str = "video.url";

// RETRIEVER and RERANKER spans: the query, and lists of documents.
pub(crate) const RETRIEVAL_DOCUMENTS: &str = "retrieval.documents";
pub(crate) const RERANKER_INPUT_DOCUMENTS: &str = "reranker.input_documents";
pub(crate) const RERANKER_OUTPUT_DOCUMENTS: &str = "reranker.output_documents";
pub(crate) const RERANKER_QUERY: &str = "reranker.query";
pub(crate) const RERANKER_TOP_K: &str = "reranker.top_k";
pub(crate) const RERANKER_MODEL_NAME: &str = "reranker.model_name";

// Documents: below an item of any list of documents. The metadata is a JSON object.
pub(crate) const DOCUMENT_ID: &str = "document.id";
pub(crate) const DOCUMENT_CONTENT: &str = "document.content";
pub(crate) const DOCUMENT_SCORE: &str = "document.score";
pub(crate) const DOCUMENT_METADATA: &str = "document.metadata";
pub(crate) const DOCUMENT_URL: &str = "document.url";
pub(crate) const DOCUMENT_MIME_TYPE: &str = "document.mime_type";
pub(crate) const DOCUMENT_NAME: &str = "document.name";

// EMBEDDING spans (`embedding_spans.md`).
pub(crate) const EMBEDDINGS: &str = "embedding.embeddings";
pub(crate) const EMBEDDING_MODEL_NAME: &str = "embedding.model_name";
pub(crate) const EMBEDDING_INVOCATION_PARAMETERS: &str = "embedding.invocation_parameters";
/// Below an item of `embedding.embeddings`.
pub(crate) const EMBEDDING_TEXT: &str = "embedding.text";
/// Below an item of `embedding.embeddings`: a list of floats.
pub(crate) const EMBEDDING_VECTOR: &str = "embedding.vector";
/// The provider of an EMBEDDING or RERANKER span, in the GenAI conventions: OpenInference forbids
/// `llm.provider` there and has no other key for it.
pub(crate) const GEN_AI_PROVIDER_NAME: &str = "gen_ai.provider.name";

// Attributes that a scope such as `using_session` adds to all spans inside it.
pub(crate) const METADATA: &str = "metadata";
pub(crate) const TAGS: &str = "tag.tags";
pub(crate) const SESSION_ID: &str = "session.id";
pub(crate) const USER_ID: &str = "user.id";

/// The instrumentation scope of the spans of the crate `tracing`. `tracing-opentelemetry` has one
/// tracer for all of them, so the scope cannot be the crate that started a span.
pub(crate) const TRACING_SCOPE: &str = "tracing";
/// The attribute with which `tracing-opentelemetry` tells the target of a span.
#[cfg(feature = "tracing")]
pub(crate) const TRACING_TARGET: &str = "target";

// OpenTelemetry: attributes of the code and of the resource.
pub(crate) const CODE_FUNCTION_NAME: &str = "code.function.name";
pub(crate) const CODE_FILE_PATH: &str = "code.file.path";
pub(crate) const CODE_LINE_NUMBER: &str = "code.line.number";
pub(crate) const SERVICE_NAME: &str = "service.name";
pub(crate) const SERVICE_VERSION: &str = "service.version";
pub(crate) const DEPLOYMENT_ENVIRONMENT_NAME: &str = "deployment.environment.name";
pub(crate) const HOST_NAME: &str = "host.name";
pub(crate) const PROCESS_PID: &str = "process.pid";
pub(crate) const SERVICE_INSTANCE_ID: &str = "service.instance.id";

// OpenTelemetry: the HTTP exchange.
pub(crate) const SERVER_ADDRESS: &str = "server.address";
pub(crate) const SERVER_PORT: &str = "server.port";
pub(crate) const HTTP_STATUS_CODE: &str = "http.response.status_code";
pub(crate) const HTTP_RESEND_COUNT: &str = "http.request.resend_count";
pub(crate) const ERROR_TYPE: &str = "error.type";
pub(crate) const MCP_METHOD_NAME: &str = "mcp.method.name";
/// The header with which a `LiteLLM` proxy states the cost in dollars.
pub(crate) const HTTP_RESPONSE_COST: &str = "x-litellm-response-cost";
/// The headers with the id that a provider gave to a request, and their keys.
pub(crate) const HTTP_RESPONSE_HEADERS: [(&str, &str); 6] = [
    ("x-request-id", "http.response.header.x-request-id"),
    ("request-id", "http.response.header.request-id"),
    ("x-amzn-requestid", "http.response.header.x-amzn-requestid"),
    ("apim-request-id", "http.response.header.apim-request-id"),
    ("x-amzn-bedrock-input-token-count", HTTP_INPUT_TOKENS),
    ("x-amzn-bedrock-output-token-count", HTTP_OUTPUT_TOKENS),
];
pub(crate) const HTTP_INPUT_TOKENS: &str = "http.response.header.x-amzn-bedrock-input-token-count";
pub(crate) const HTTP_OUTPUT_TOKENS: &str =
    "http.response.header.x-amzn-bedrock-output-token-count";

// OpenTelemetry: the event of an error and its attributes.
pub(crate) const EVENT_EXCEPTION: &str = "exception";
pub(crate) const EXCEPTION_TYPE: &str = "exception.type";
pub(crate) const EXCEPTION_MESSAGE: &str = "exception.message";
pub(crate) const EXCEPTION_STACKTRACE: &str = "exception.stacktrace";
/// The text of a status. OpenTelemetry defines this key for formats that have no field for it.
pub(crate) const STATUS_DESCRIPTION: &str = "otel.status_description";

/// The beginning of keys that never leave the process.
pub(crate) const INTERNAL: &str = "trace_runtime.";

/// Between the stages: the tier that served a call, on which its price depends.
#[cfg(feature = "cost")]
pub(crate) const SERVICE_TIER: &str = "trace_runtime.service_tier";

// Between the rooms of this crate: the bodies of the exchange that filled a span, and a mark that
// the token counts are those of that exchange. The stages remove them.
pub(crate) const EXCHANGE_INPUT: &str = "trace_runtime.exchange.input";
pub(crate) const EXCHANGE_OUTPUT: &str = "trace_runtime.exchange.output";
pub(crate) const EXCHANGE_TOKENS: &str = "trace_runtime.exchange.tokens";

// Events of this crate.
/// A future or stream was dropped before its end.
pub(crate) const EVENT_CANCELLED: &str = "cancelled";
/// The function returned a future that the span does not trace.
pub(crate) const EVENT_UNTRACED_FUTURE: &str = "future not traced";
/// A client tried a request again.
pub(crate) const EVENT_RETRY: &str = "retry";
/// A stream yielded its first item. The name is that of OpenInference's own instrumentations.
pub(crate) const EVENT_FIRST_ITEM: &str = "First Token Stream Event";

// The keys under which a mask sees the names of spans and events, which are not attributes.
pub(crate) const MASKED_SPAN_NAME: &str = "span.name";
pub(crate) const MASKED_EVENT_NAME: &str = "event.name";

/// The keys of values that are spread over many attributes, such as a list of messages.
///
/// Such a value comes from one source as a whole. If a program sets one message explicitly, no
/// derived message is added: a mixture of both would be a conversation that never happened.
pub(crate) const COMPOSITE_KEYS: [&str; 11] = [
    LLM_INPUT_MESSAGES,
    LLM_OUTPUT_MESSAGES,
    LLM_PROMPTS,
    LLM_CHOICES,
    LLM_TOOLS,
    LLM_TOKEN_COUNT,
    LLM_COST,
    RETRIEVAL_DOCUMENTS,
    RERANKER_INPUT_DOCUMENTS,
    RERANKER_OUTPUT_DOCUMENTS,
    EMBEDDINGS,
];

/// The attributes that a span keeps when it has more than its limit.
///
/// Backends use them to classify, group, search and price a span. A long conversation can have
/// thousands of other attributes, which only its viewer needs.
pub(crate) const ESSENTIAL_KEYS: [&str; 32] = [
    SPAN_KIND,
    INPUT_VALUE,
    INPUT_MIME_TYPE,
    OUTPUT_VALUE,
    OUTPUT_MIME_TYPE,
    SESSION_ID,
    USER_ID,
    METADATA,
    LLM_MODEL_NAME,
    LLM_REQUEST_MODEL_NAME,
    LLM_RESPONSE_MODEL_NAME,
    LLM_PROVIDER,
    LLM_SYSTEM,
    LLM_FINISH_REASON,
    LLM_INVOCATION_PARAMETERS,
    LLM_TOKEN_COUNT_PROMPT,
    LLM_TOKEN_COUNT_COMPLETION,
    LLM_TOKEN_COUNT_TOTAL,
    LLM_TOKEN_COUNT_CACHE_READ,
    LLM_TOKEN_COUNT_CACHE_WRITE,
    LLM_TOKEN_COUNT_PROMPT_AUDIO,
    LLM_TOKEN_COUNT_REASONING,
    LLM_TOKEN_COUNT_COMPLETION_AUDIO,
    LLM_COST_PROMPT,
    LLM_COST_COMPLETION,
    LLM_COST_TOTAL,
    EMBEDDING_MODEL_NAME,
    RERANKER_MODEL_NAME,
    RERANKER_QUERY,
    TOOL_NAME,
    AGENT_NAME,
    CODE_FUNCTION_NAME,
];

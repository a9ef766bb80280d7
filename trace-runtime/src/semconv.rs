//! The attribute keys, as OpenInference and OpenTelemetry write them. No other file spells a key.

pub(crate) const SPAN_KIND: &str = "openinference.span.kind";
pub(crate) const PROJECT_NAME: &str = "openinference.project.name";

pub(crate) const INPUT_VALUE: &str = "input.value";
pub(crate) const INPUT_MIME_TYPE: &str = "input.mime_type";
pub(crate) const OUTPUT_VALUE: &str = "output.value";
pub(crate) const OUTPUT_MIME_TYPE: &str = "output.mime_type";
pub(crate) const MIME_TEXT: &str = "text/plain";
pub(crate) const MIME_JSON: &str = "application/json";

pub(crate) const AGENT_NAME: &str = "agent.name";
pub(crate) const TOOL_NAME: &str = "tool.name";
pub(crate) const TOOL_DESCRIPTION: &str = "tool.description";
pub(crate) const TOOL_PARAMETERS: &str = "tool.parameters";

pub(crate) const LLM_MODEL_NAME: &str = "llm.model_name";
pub(crate) const LLM_REQUEST_MODEL_NAME: &str = "llm.request.model_name";
pub(crate) const LLM_PROVIDER: &str = "llm.provider";
pub(crate) const EMBEDDING_MODEL_NAME: &str = "embedding.model_name";
pub(crate) const RERANKER_MODEL_NAME: &str = "reranker.model_name";
/// OpenInference forbids `llm.provider` on embedding spans and has no key of its own for them.
pub(crate) const GEN_AI_PROVIDER_NAME: &str = "gen_ai.provider.name";

pub(crate) const SESSION_ID: &str = "session.id";
pub(crate) const USER_ID: &str = "user.id";

pub(crate) const CODE_FUNCTION_NAME: &str = "code.function.name";
pub(crate) const CODE_FILE_PATH: &str = "code.file.path";
pub(crate) const CODE_LINE_NUMBER: &str = "code.line.number";

pub(crate) const EVENT_EXCEPTION: &str = "exception";
pub(crate) const EXCEPTION_TYPE: &str = "exception.type";
pub(crate) const EXCEPTION_MESSAGE: &str = "exception.message";
pub(crate) const EXCEPTION_STACKTRACE: &str = "exception.stacktrace";
pub(crate) const EVENT_CANCELLED: &str = "cancelled";
/// As OpenInference's own instrumentations name it.
pub(crate) const EVENT_FIRST_ITEM: &str = "First Token Stream Event";

pub(crate) const SERVICE_NAME: &str = "service.name";
pub(crate) const SERVICE_INSTANCE_ID: &str = "service.instance.id";

/// What a span must keep when it has more attributes than its limit.
pub(crate) const ESSENTIAL: [&str; 13] = [
    SPAN_KIND,
    INPUT_VALUE,
    INPUT_MIME_TYPE,
    OUTPUT_VALUE,
    OUTPUT_MIME_TYPE,
    SESSION_ID,
    USER_ID,
    LLM_MODEL_NAME,
    EMBEDDING_MODEL_NAME,
    RERANKER_MODEL_NAME,
    TOOL_NAME,
    AGENT_NAME,
    CODE_FUNCTION_NAME,
];

//! Attribute keys that a single backend reads, besides those of OpenInference and OpenTelemetry.
//!
//! They are written for that backend alone. `docs/backends.md` gives the reason for each.

/// The cost of a call in US dollars, which programs may set. It is a key of OpenInference.
pub(crate) const COST_TOTAL: &str = "llm.cost.total";

// OpenTelemetry's resource.
pub(crate) const DEPLOYMENT_ENVIRONMENT: &str = "deployment.environment.name";

// Langfuse. The first two describe the resource; entries of the metadata follow the last.
pub(crate) const LANGFUSE_ENVIRONMENT: &str = "langfuse.environment";
pub(crate) const LANGFUSE_RELEASE: &str = "langfuse.release";
pub(crate) const LANGFUSE_MODEL: &str = "langfuse.observation.model.name";
pub(crate) const LANGFUSE_FIRST_TOKEN: &str = "langfuse.observation.completion_start_time";
pub(crate) const LANGFUSE_LEVEL: &str = "langfuse.observation.level";
pub(crate) const LANGFUSE_METADATA: &str = "langfuse.trace.metadata.";

// LangSmith. Its own session is a project, so ours is the thread.
pub(crate) const LANGSMITH_KIND: &str = "langsmith.span.kind";
pub(crate) const LANGSMITH_TAGS: &str = "langsmith.span.tags";
pub(crate) const LANGSMITH_THREAD: &str = "langsmith.metadata.thread_id";
pub(crate) const LANGSMITH_USER: &str = "langsmith.metadata.user_id";

// Braintrust. Input and output must be valid JSON.
pub(crate) const BRAINTRUST_SPAN: &str = "braintrust.span_attributes";
pub(crate) const BRAINTRUST_INPUT: &str = "braintrust.input_json";
pub(crate) const BRAINTRUST_OUTPUT: &str = "braintrust.output_json";
pub(crate) const BRAINTRUST_FIRST_TOKEN: &str = "braintrust.metrics.time_to_first_token";
pub(crate) const BRAINTRUST_TAGS: &str = "braintrust.tags";
pub(crate) const BRAINTRUST_SESSION: &str = "braintrust.metadata.session_id";
pub(crate) const BRAINTRUST_USER: &str = "braintrust.metadata.user_id";
pub(crate) const BRAINTRUST_METADATA: &str = "braintrust.metadata.";

// The others have one or two each.
pub(crate) const DATADOG_ENABLED: &str = "dd_llmobs_enabled";
pub(crate) const WEAVE_THREAD: &str = "wandb.thread_id";
pub(crate) const WEAVE_ENTITY: &str = "wandb.entity";
pub(crate) const WEAVE_PROJECT: &str = "wandb.project";
pub(crate) const LOGFIRE_COST: &str = "operation.cost";
pub(crate) const POSTHOG_SESSION: &str = "$ai_session_id";

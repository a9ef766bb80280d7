//! Braintrust.

use super::source::Source;
use super::{Profile, Resolved};
use crate::config::{RegisterError, Setting};
use crate::delivery::AUTHORIZATION;
use crate::enrich::{Addition, From, On, copy};
use crate::openinference::OpenInferenceSpanKind as Kind;
use crate::openinference::keys;
use crate::openinference::keys::backends as to;

const KEY: &str = "BRAINTRUST_API_KEY";
const PARENT: &str = "BRAINTRUST_PARENT";
const API_URL: &str = "BRAINTRUST_API_URL";
const PARENT_HEADER: &str = "x-bt-parent";

pub(super) const PROFILE: Profile = Profile {
    title: "Braintrust",
    variables: &[KEY, PARENT, API_URL],
    keys: &[KEY],
    grpc: false,
    gen_ai: true,
    attributes: ATTRIBUTES,
    resolve,
};

const TASK: &str = r#"{"type":"task"}"#;
const TYPES: &[(Kind, &str)] = &[
    (Kind::Llm, r#"{"type":"llm"}"#),
    (Kind::Tool, r#"{"type":"tool"}"#),
    (Kind::Evaluator, r#"{"type":"score"}"#),
    (Kind::Retriever, FUNCTION),
    (Kind::Embedding, FUNCTION),
    (Kind::Reranker, FUNCTION),
];
const FUNCTION: &str = r#"{"type":"function"}"#;
const NO_LLM: On = On::Except(&[Kind::Llm]);

const ATTRIBUTES: &[Addition] = &[
    Addition { to: to::BRAINTRUST_SPAN, on: On::Every, from: From::ByKind(TYPES, TASK) },
    // It reads the messages of a model call, and nothing of other spans.
    Addition { to: to::BRAINTRUST_INPUT, on: NO_LLM, from: From::Json(keys::INPUT_VALUE) },
    Addition { to: to::BRAINTRUST_OUTPUT, on: NO_LLM, from: From::Json(keys::OUTPUT_VALUE) },
    Addition {
        to: to::BRAINTRUST_FIRST_TOKEN,
        on: On::Every,
        from: From::SecondsUntil(keys::EVENT_FIRST_ITEM),
    },
    copy(to::BRAINTRUST_TAGS, keys::TAGS),
    copy(to::BRAINTRUST_SESSION, keys::SESSION_ID),
    copy(to::BRAINTRUST_USER, keys::USER_ID),
    Addition { to: to::BRAINTRUST_METADATA, on: On::Every, from: From::Entries(keys::METADATA) },
];

fn resolve(source: &Source<'_>) -> Result<Resolved, RegisterError> {
    let address = source.address(&[API_URL]);
    let address = address.unwrap_or((Setting::Default, "https://api.braintrust.dev"));
    let expected = "an API key of the organization";
    let mut headers = source.headers_with_key(AUTHORIZATION, "Bearer ", &[KEY], expected)?;
    // The project or experiment that the spans belong to. Spans without one are refused.
    let in_code = source.builder.project_name.as_deref();
    let of_variable = source.get(PARENT).map(|(_, parent)| parent.to_owned());
    let parent = match (of_variable, in_code) {
        (_, Some(project)) if source.in_code(PARENT).is_none() => format!("project_name:{project}"),
        (Some(parent), _) => parent,
        (None, _) => format!("project_name:{}", source.project),
    };
    headers.add(Setting::Variable(PARENT), PARENT_HEADER, &parent)?;
    Ok(Resolved {
        endpoint: source.endpoint(address, "/otel/v1/traces")?,
        headers,
        page: None,
        resource: Vec::new(),
    })
}

//! LangSmith.

use super::source::Source;
use super::{Profile, Resolved};
use crate::config::{RegisterError, Setting};
use crate::enrich::{Addition, From, On, copy};
use crate::openinference::OpenInferenceSpanKind as Kind;
use crate::openinference::keys;
use crate::openinference::keys::backends as to;

const KEY: &str = "LANGSMITH_API_KEY";
const PROJECT: &str = "LANGSMITH_PROJECT";
const ENDPOINT: &str = "LANGSMITH_ENDPOINT";
const WORKSPACE: &str = "LANGSMITH_WORKSPACE_ID";

pub(super) const PROFILE: Profile = Profile {
    title: "LangSmith",
    variables: &[KEY, PROJECT, ENDPOINT, WORKSPACE],
    keys: &[KEY],
    grpc: false,
    gen_ai: false,
    attributes: ATTRIBUTES,
    resolve,
};

const ATTRIBUTES: &[Addition] = &[
    // Every span of a thread needs its id, or its tokens and cost are not counted.
    copy(to::LANGSMITH_THREAD, keys::SESSION_ID),
    copy(to::LANGSMITH_USER, keys::USER_ID),
    Addition { to: to::LANGSMITH_TAGS, on: On::Every, from: From::Joined(keys::TAGS) },
    // The variables of a prompt template would make a prompt of a model call.
    Addition { to: to::LANGSMITH_KIND, on: On::Kinds(&[Kind::Llm]), from: From::Text("llm") },
];

fn resolve(source: &Source<'_>) -> Result<Resolved, RegisterError> {
    let address = source.address(&[ENDPOINT]);
    let address = address.unwrap_or((Setting::Default, "https://api.smith.langchain.com"));
    let expected = "an API key of the workspace, lsv2_..";
    let mut headers = source.headers_with_key("x-api-key", "", &[KEY], expected)?;
    headers.add(Setting::Variable(PROJECT), "langsmith-project", source.project(PROJECT))?;
    // A key of an organization reaches several workspaces.
    if let Some((setting, workspace)) = source.get(WORKSPACE) {
        headers.add(setting, "x-tenant-id", workspace)?;
    }
    Ok(Resolved {
        endpoint: source.endpoint(address, "/otel/v1/traces")?,
        headers,
        page: None,
        resource: Vec::new(),
    })
}

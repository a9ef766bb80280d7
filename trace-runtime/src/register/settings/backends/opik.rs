//! Opik, the service at comet.com or a server that you run.

use super::source::Source;
use super::{Profile, Resolved};
use crate::config::{RegisterError, Setting};
use crate::delivery::AUTHORIZATION;

const KEY: &str = "OPIK_API_KEY";
const WORKSPACE: &str = "OPIK_WORKSPACE";
const PROJECT: &str = "OPIK_PROJECT_NAME";
const URL: &str = "OPIK_URL_OVERRIDE";

pub(super) const PROFILE: Profile = Profile {
    title: "Opik",
    variables: &[KEY, WORKSPACE, PROJECT, URL],
    keys: &[KEY],
    grpc: false,
    gen_ai: false,
    attributes: &[],
    resolve,
};

fn resolve(source: &Source<'_>) -> Result<Resolved, RegisterError> {
    let address = source.address(&[URL]);
    // A server that you run has neither keys nor workspaces.
    let is_service = address.is_none_or(|(_, url)| url.contains("comet.com"));
    let address = address.unwrap_or((Setting::Default, "https://www.comet.com/opik/api"));
    let mut headers = source.headers()?;
    // The key has no scheme such as `Bearer`.
    let key = source.unless_header(AUTHORIZATION, || match source.optional_key(&[KEY]) {
        None if is_service => source.key(&[KEY], "an API key of the account").map(Some),
        key => Ok(key),
    })?;
    if let Some((setting, key)) = key.flatten() {
        headers.add(setting, AUTHORIZATION, key)?;
    }
    let workspace = source.unless_header("comet-workspace", || match source.get(WORKSPACE) {
        None if is_service => source.required(WORKSPACE, "the name of the workspace").map(Some),
        workspace => Ok(workspace),
    })?;
    if let Some((setting, workspace)) = workspace.flatten() {
        headers.add(setting, "comet-workspace", workspace)?;
    }
    // Without the header, spans belong to the default project.
    if let Some(project) = source.given_project(PROJECT) {
        headers.add(Setting::Variable(PROJECT), "projectname", project)?;
    }
    let endpoint = source.endpoint(address, "/v1/private/otel/v1/traces")?;
    Ok(Resolved { endpoint, headers, page: None, resource: Vec::new() })
}

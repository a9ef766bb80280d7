//! Arize AX, which has the conventions of Phoenix and other credentials.

use super::source::Source;
use super::{Profile, Resolved};
use crate::config::{RegisterError, Setting};
use crate::delivery::AUTHORIZATION;
use crate::openinference::keys;

const SPACE: &str = "ARIZE_SPACE_ID";
const KEY: &str = "ARIZE_API_KEY";
const PROJECT: &str = "ARIZE_PROJECT_NAME";
const ENDPOINT: &str = "ARIZE_COLLECTOR_ENDPOINT";

pub(super) const PROFILE: Profile = Profile {
    title: "Arize",
    variables: &[SPACE, KEY, PROJECT, ENDPOINT],
    keys: &[SPACE, KEY],
    grpc: true,
    gen_ai: false,
    attributes: &[],
    resolve,
};

fn resolve(source: &Source<'_>) -> Result<Resolved, RegisterError> {
    let address = source.address(&[ENDPOINT]);
    let address = address.unwrap_or((Setting::Default, "https://otlp.arize.com"));
    let key = "an API key from the settings of the space";
    // The key has no scheme such as `Bearer`.
    let mut headers = source.headers_with_key(AUTHORIZATION, "", &[KEY], key)?;
    let expected = "the id of the space, from its settings";
    let space = source.unless_header("arize-space-id", || source.required(SPACE, expected))?;
    if let Some((setting, space)) = space {
        headers.add(setting, "arize-space-id", space)?;
    }
    headers.add(Setting::Default, "arize-interface", "otel")?;
    let project = source.given_project(PROJECT);
    let resource = project.map(|project| (keys::PROJECT_NAME, project.to_owned()));
    let endpoint = source.endpoint(address, "/v1/traces")?;
    Ok(Resolved { endpoint, headers, page: None, resource: resource.into_iter().collect() })
}

//! Braintrust.

use super::source::Source;
use super::{Profile, Resolved};
use crate::config::{RegisterError, Setting};
use crate::delivery::AUTHORIZATION;

const KEY: &str = "BRAINTRUST_API_KEY";
const PARENT: &str = "BRAINTRUST_PARENT";
const API_URL: &str = "BRAINTRUST_API_URL";
const PARENT_HEADER: &str = "x-bt-parent";

pub(super) const PROFILE: Profile = Profile {
    title: "Braintrust",
    variables: &[KEY, PARENT, API_URL],
    keys: &[KEY],
    grpc: false,
    resolve,
};

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
    Ok(Resolved { endpoint: source.endpoint(address, "/otel/v1/traces")?, headers, page: None })
}

//! LLM Observability of Datadog, without an agent.

use super::source::Source;
use super::{Profile, Resolved};
use crate::config::{RegisterError, Setting};

const KEY: &str = "DD_API_KEY";
const SITE: &str = "DD_SITE";
const ML_APP: &str = "DD_LLMOBS_ML_APP";
const SERVICE: &str = "DD_SERVICE";
const ENVIRONMENT: &str = "DD_ENV";

pub(super) const PROFILE: Profile = Profile {
    title: "Datadog",
    variables: &[KEY, SITE, ML_APP, SERVICE, ENVIRONMENT],
    keys: &[KEY],
    grpc: false,
    resolve,
};

fn resolve(source: &Source<'_>) -> Result<Resolved, RegisterError> {
    let (setting, site) = source.get(SITE).unwrap_or((Setting::Default, "datadoghq.com"));
    let of_site = format!("https://otlp.{site}");
    let address = source.address(&[]).unwrap_or((setting, &of_site));
    let expected = "an API key of the organization";
    let mut headers = source.headers_with_key("dd-api-key", "", &[KEY], expected)?;
    headers.add(Setting::Default, "dd-otlp-source", "llmobs")?;
    if let Some((setting, app)) = source.get(ML_APP) {
        headers.add(setting, "dd-ml-app", app)?;
    }
    Ok(Resolved { endpoint: source.endpoint(address, "/v1/traces")?, headers, page: None })
}

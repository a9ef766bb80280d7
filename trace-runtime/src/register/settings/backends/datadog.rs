//! LLM Observability of Datadog, without an agent.

use super::source::Source;
use super::{Profile, Resolved};
use crate::config::{RegisterError, Setting};
use crate::enrich::{Addition, From, On};
use crate::openinference::keys;
use crate::openinference::keys::backends as to;

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
    gen_ai: false,
    attributes: ATTRIBUTES,
    resolve,
};

const ATTRIBUTES: &[Addition] =
    &[Addition { to: to::DATADOG_ENABLED, on: On::Every, from: From::Flag(true) }];

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
    let mut resource = source.resource(&[(to::DEPLOYMENT_ENVIRONMENT, ENVIRONMENT)]);
    if source.builder.service_name.is_none() {
        resource.extend(source.resource(&[(keys::SERVICE_NAME, SERVICE)]));
    }
    let endpoint = source.endpoint(address, "/v1/traces")?;
    Ok(Resolved { endpoint, headers, page: None, resource })
}

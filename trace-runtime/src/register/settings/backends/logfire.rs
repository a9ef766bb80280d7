//! Pydantic Logfire.

use super::source::Source;
use super::{Profile, Resolved};
use crate::config::{RegisterError, Setting};
use crate::delivery::AUTHORIZATION;
use crate::enrich::{Addition, copy};
use crate::openinference::keys::backends as to;

const TOKEN: &str = "LOGFIRE_TOKEN";
const BASE_URL: &str = "LOGFIRE_BASE_URL";

pub(super) const PROFILE: Profile = Profile {
    title: "Logfire",
    variables: &[TOKEN, BASE_URL],
    keys: &[TOKEN],
    grpc: false,
    gen_ai: true,
    attributes: ATTRIBUTES,
    resolve,
};

const ATTRIBUTES: &[Addition] = &[copy(to::LOGFIRE_COST, to::COST_TOTAL)];

fn resolve(source: &Source<'_>) -> Result<Resolved, RegisterError> {
    // A token contains its region: `pylf_v1_eu_..`.
    let is_european =
        source.optional_key(&[TOKEN]).is_some_and(|(_, token)| token.starts_with("pylf_v1_eu_"));
    let of_region = if is_european {
        "https://logfire-eu.pydantic.dev"
    } else {
        "https://logfire-us.pydantic.dev"
    };
    let address = source.address(&[BASE_URL]).unwrap_or((Setting::Default, of_region));
    let expected = "a write token of the project, pylf_v1_..";
    // The token has no scheme such as `Bearer`.
    let headers = source.headers_with_key(AUTHORIZATION, "", &[TOKEN], expected)?;
    Ok(Resolved {
        endpoint: source.endpoint(address, "/v1/traces")?,
        headers,
        page: None,
        resource: Vec::new(),
    })
}

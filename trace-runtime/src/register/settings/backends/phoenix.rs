//! Phoenix: one that you run, and Phoenix Cloud.

use super::source::Source;
use super::{Profile, Resolved};
use crate::config::{RegisterError, Setting};
use crate::delivery::{AUTHORIZATION, Endpoint, Headers};
use crate::register::settings::headers::add_list;

const ENDPOINT: &str = "PHOENIX_COLLECTOR_ENDPOINT";
const KEY: &str = "PHOENIX_API_KEY";
const HEADERS: &str = "PHOENIX_CLIENT_HEADERS";

pub(super) const PROFILE: Profile = Profile {
    title: "Phoenix",
    variables: &[ENDPOINT, KEY, HEADERS],
    keys: &[KEY],
    grpc: true,
    gen_ai: false,
    attributes: &[],
    resolve,
};

pub(super) const CLOUD: Profile = Profile {
    title: "Phoenix Cloud",
    variables: &[ENDPOINT, KEY, HEADERS],
    keys: &[KEY],
    grpc: true,
    gen_ai: false,
    attributes: &[],
    resolve: resolve_cloud,
};

fn resolve(source: &Source<'_>) -> Result<Resolved, RegisterError> {
    let address = source.address(&[ENDPOINT]);
    let (setting, url) = address.unwrap_or((Setting::Default, "http://localhost:6006"));
    let protocol = source.backend.protocol.map(|protocol| (Setting::Method("protocol"), protocol));
    let mut headers = source.headers()?;
    if let Some((setting, key)) = source.optional_key(&[KEY]) {
        headers.add(setting, AUTHORIZATION, &format!("Bearer {key}"))?;
    }
    add_client_headers(source, &mut headers)?;
    Ok(Resolved {
        endpoint: Endpoint::new(setting, url, protocol)?,
        headers,
        page: None,
        resource: Vec::new(),
    })
}

fn resolve_cloud(source: &Source<'_>) -> Result<Resolved, RegisterError> {
    let expected = "the address of the space, for example https://app.phoenix.arize.com/s/my-space";
    let address = source.required_address(ENDPOINT, expected)?;
    let expected = "an API key of the space";
    let mut headers = source.headers_with_key(AUTHORIZATION, "Bearer ", &[KEY], expected)?;
    // Spaces that were created before June 2025 read their key from this header.
    if let Some((setting, key)) = source.optional_key(&[KEY]) {
        headers.add(setting, "api_key", key)?;
    }
    add_client_headers(source, &mut headers)?;
    Ok(Resolved {
        endpoint: source.endpoint(address, "/v1/traces")?,
        headers,
        page: None,
        resource: Vec::new(),
    })
}

fn add_client_headers(source: &Source<'_>, headers: &mut Headers) -> Result<(), RegisterError> {
    source.get(HEADERS).map_or(Ok(()), |(setting, list)| add_list(headers, setting, list))
}

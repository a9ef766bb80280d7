//! Any OTLP backend, by its address.

use super::source::Source;
use super::{Profile, Resolved};
use crate::config::{RegisterError, Setting};
use crate::delivery::{AUTHORIZATION, Endpoint};

pub(super) const PROFILE: Profile = Profile {
    title: "the collector",
    variables: &[],
    keys: &[],
    grpc: true,
    gen_ai: false,
    attributes: &[],
    resolve,
};

fn resolve(source: &Source<'_>) -> Result<Resolved, RegisterError> {
    let url = source.backend.endpoint.as_deref().unwrap_or_default().trim();
    let protocol = source.backend.protocol.map(|protocol| (Setting::Method("protocol"), protocol));
    let mut headers = source.headers()?;
    if let Some((setting, key)) = source.optional_key(&[]) {
        headers.add(setting, AUTHORIZATION, &format!("Bearer {key}"))?;
    }
    let endpoint = Endpoint::new(Setting::Method("endpoint"), url, protocol)?;
    Ok(Resolved { endpoint, headers, page: None, resource: Vec::new() })
}

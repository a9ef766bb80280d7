//! LLM analytics of PostHog.

use super::source::Source;
use super::{Profile, Resolved};
use crate::config::{RegisterError, Setting};
use crate::delivery::AUTHORIZATION;
use crate::enrich::{Addition, copy};
use crate::openinference::keys;
use crate::openinference::keys::backends as to;

const KEY: &str = "POSTHOG_API_KEY";
const TOKEN: &str = "POSTHOG_PROJECT_TOKEN";
const HOST: &str = "POSTHOG_HOST";

pub(super) const PROFILE: Profile = Profile {
    title: "PostHog",
    variables: &[KEY, TOKEN, HOST],
    keys: &[KEY, TOKEN],
    grpc: false,
    gen_ai: true,
    attributes: ATTRIBUTES,
    resolve,
};

const ATTRIBUTES: &[Addition] = &[copy(to::POSTHOG_SESSION, keys::SESSION_ID)];

fn resolve(source: &Source<'_>) -> Result<Resolved, RegisterError> {
    let address = source.address(&[HOST]);
    let address = address.unwrap_or((Setting::Default, "https://us.i.posthog.com"));
    let expected = "the token of the project, phc_..";
    let headers = source.headers_with_key(AUTHORIZATION, "Bearer ", &[KEY, TOKEN], expected)?;
    // The path does not end with `/v1/traces`.
    Ok(Resolved {
        endpoint: source.endpoint(address, "/i/v0/ai/otel")?,
        headers,
        page: None,
        resource: Vec::new(),
    })
}

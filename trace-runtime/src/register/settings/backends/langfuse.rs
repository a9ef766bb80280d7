//! Langfuse, its cloud or a server that you run.

use super::source::Source;
use super::{Profile, Resolved};
use crate::config::{RegisterError, Setting};
use crate::delivery::AUTHORIZATION;
use crate::enrich::{Addition, EMBEDDING, From, On, RERANKER, first_token};
use crate::openinference::keys;
use crate::openinference::keys::backends as to;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const PUBLIC_KEY: &str = "LANGFUSE_PUBLIC_KEY";
const SECRET_KEY: &str = "LANGFUSE_SECRET_KEY";
const BASE_URL: &str = "LANGFUSE_BASE_URL";
/// The deprecated name of the base URL.
const HOST: &str = "LANGFUSE_HOST";
const ENVIRONMENT: &str = "LANGFUSE_TRACING_ENVIRONMENT";
const RELEASE: &str = "LANGFUSE_RELEASE";
const PATH: &str = "/api/public/otel/v1/traces";

pub(super) const PROFILE: Profile = Profile {
    title: "Langfuse",
    variables: &[PUBLIC_KEY, SECRET_KEY, BASE_URL, HOST, ENVIRONMENT, RELEASE],
    keys: &[PUBLIC_KEY, SECRET_KEY],
    grpc: false,
    gen_ai: false,
    attributes: ATTRIBUTES,
    resolve,
};

const ATTRIBUTES: &[Addition] = &[
    Addition {
        to: to::LANGFUSE_MODEL,
        on: EMBEDDING,
        from: From::Copy(keys::EMBEDDING_MODEL_NAME),
    },
    Addition { to: to::LANGFUSE_MODEL, on: RERANKER, from: From::Copy(keys::RERANKER_MODEL_NAME) },
    first_token(to::LANGFUSE_FIRST_TOKEN),
    Addition {
        to: to::LANGFUSE_LEVEL,
        on: On::Every,
        from: From::IfEvent(keys::EVENT_CANCELLED, "WARNING"),
    },
    Addition { to: to::LANGFUSE_METADATA, on: On::Every, from: From::Entries(keys::METADATA) },
];

fn resolve(source: &Source<'_>) -> Result<Resolved, RegisterError> {
    let address = source.address(&[BASE_URL, HOST]);
    let address = address.unwrap_or((Setting::Default, "https://cloud.langfuse.com"));
    let mut headers = source.headers()?;
    let keys = source.unless_header(AUTHORIZATION, || {
        let (_, public) = source.required(PUBLIC_KEY, "the public key of the project, pk-lf-..")?;
        let (setting, secret) =
            source.key(&[SECRET_KEY], "the secret key of the project, sk-lf-..")?;
        Ok((setting, STANDARD.encode(format!("{public}:{secret}"))))
    })?;
    if let Some((setting, keys)) = keys {
        headers.add(setting, AUTHORIZATION, &format!("Basic {keys}"))?;
    }
    // Without this header spans appear up to ten minutes late.
    headers.add(Setting::Default, "x-langfuse-ingestion-version", "4")?;
    let endpoint = source.endpoint(address, PATH)?;
    let page = endpoint.url.strip_suffix(PATH).map(str::to_owned);
    let resource = source
        .resource(&[(to::LANGFUSE_ENVIRONMENT, ENVIRONMENT), (to::LANGFUSE_RELEASE, RELEASE)]);
    Ok(Resolved { endpoint, headers, page, resource })
}

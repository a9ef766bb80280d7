//! Resolves the backends that code or `TRACE_BACKENDS` names.
//!
//! Each backend has a file with its [`Profile`]: the variables, the address and the headers.

mod arize;
mod braintrust;
mod datadog;
mod langfuse;
mod langsmith;
mod list;
mod logfire;
mod mlflow;
mod opik;
mod other;
mod phoenix;
mod posthog;
mod source;
#[cfg(test)]
mod tests;
mod weave;

pub(super) use list::listed;

use crate::config::{Environment, RegisterError, Setting};
use crate::delivery::{Compression, Endpoint, Headers, NamedBackend, OtlpSettings};
use crate::enrich::{Addition, Additions};
use crate::register::builder::{Backend, Builder, Vendor};
use source::Source;

/// The facts of a backend that no setting changes.
struct Profile {
    /// The name, for messages and the banner.
    title: &'static str,
    /// Every variable that it reads.
    variables: &'static [&'static str],
    /// The variables that contain its credential.
    keys: &'static [&'static str],
    grpc: bool,
    /// True if it reads the attributes of the GenAI conventions in the place of others.
    gen_ai: bool,
    /// The attributes that it needs besides those.
    attributes: &'static [Addition],
    resolve: fn(&Source<'_>) -> Result<Resolved, RegisterError>,
}

/// The part of the settings that a profile decides.
struct Resolved {
    endpoint: Endpoint,
    headers: Headers,
    /// The page of its user interface, if the address is known.
    page: Option<String>,
    /// The attributes of the resource that only this backend needs.
    resource: Vec<(&'static str, String)>,
}

fn profile(vendor: Vendor) -> &'static Profile {
    match vendor {
        Vendor::Phoenix => &phoenix::PROFILE,
        Vendor::PhoenixCloud => &phoenix::CLOUD,
        Vendor::Arize => &arize::PROFILE,
        Vendor::Langfuse => &langfuse::PROFILE,
        Vendor::Braintrust => &braintrust::PROFILE,
        Vendor::LangSmith => &langsmith::PROFILE,
        Vendor::Opik => &opik::PROFILE,
        Vendor::Mlflow => &mlflow::PROFILE,
        Vendor::Datadog => &datadog::PROFILE,
        Vendor::Weave => &weave::PROFILE,
        Vendor::Logfire => &logfire::PROFILE,
        Vendor::PostHog => &posthog::PROFILE,
        Vendor::Otlp => &other::PROFILE,
    }
}

/// Resolves one backend. `project` is the project of the registration.
pub(in crate::register) fn backend(
    backend: &Backend,
    builder: &Builder,
    env: &Environment,
    project: &str,
) -> Result<OtlpSettings, RegisterError> {
    let profile = profile(backend.vendor);
    require_known_variables(backend, profile)?;
    let source = Source { backend, builder, env, profile, project };
    let Resolved { endpoint, headers, page, resource } = (profile.resolve)(&source)?;
    let certificate = backend.certificate.clone();
    let gen_ai = backend.gen_ai.or(profile.gen_ai.then_some(true));
    Ok(OtlpSettings {
        additions: Additions { gen_ai, attributes: profile.attributes, resource },
        endpoint,
        headers,
        timeout: super::otlp::timeout(env)?,
        compression: if backend.gzip { Compression::Gzip } else { Compression::None },
        identity: None,
        certificate: certificate.map(|path| (Setting::Method("certificate"), path)),
        backend: Some(NamedBackend {
            title: profile.title,
            constructor: backend.vendor.constructor(),
            keys: profile.keys,
            page,
        }),
    })
}

/// Returns an error for a value in code that the backend would ignore.
fn require_known_variables(backend: &Backend, profile: &Profile) -> Result<(), RegisterError> {
    let unknown =
        backend.variables.iter().find(|(name, _)| !profile.variables.contains(&name.as_str()));
    let Some((name, _)) = unknown else { return Ok(()) };
    let accepted = if profile.variables.is_empty() {
        format!("no call of it, since `{}` reads no variable", backend.vendor.constructor())
    } else {
        format!(
            "a variable of `{}`: {}",
            backend.vendor.constructor(),
            profile.variables.join(", ")
        )
    };
    Err(Setting::Method("variable").invalid(name, accepted))
}

//! Resolves the resource: project, service and other attributes that describe the process.

use super::headers::pairs;
use crate::config::{Environment, RegisterError};
use crate::openinference::keys;
use crate::register::builder::Builder;
use std::collections::BTreeMap;

/// The attributes of the resource, without those that the SDK adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ResourceSettings {
    pub(crate) project: String,
    pub(crate) service_name: String,
    /// All attributes except project and service name.
    pub(crate) attributes: BTreeMap<String, String>,
}

impl ResourceSettings {
    /// Resolves the resource.
    ///
    /// Precedence of the project: code, then `PHOENIX_PROJECT`, then `PHOENIX_PROJECT_NAME`, then
    /// `openinference.project.name` in `OTEL_RESOURCE_ATTRIBUTES`, then `default`.
    /// Precedence of the service name: code, then `OTEL_SERVICE_NAME`, then `service.name` in
    /// `OTEL_RESOURCE_ATTRIBUTES`, then the name of the executable. In code, the method
    /// of the builder wins over `resource_attribute(..)` with the same key.
    pub(crate) fn resolve(builder: &Builder, env: &Environment) -> Result<Self, RegisterError> {
        let mut from_env = BTreeMap::new();
        if let Some((setting, list)) = env.get("OTEL_RESOURCE_ATTRIBUTES") {
            let accepted = "pairs like key=value,other=value with percent-encoded values";
            from_env.extend(pairs(list).ok_or_else(|| setting.invalid(list, accepted))?);
        }
        let mut from_code: BTreeMap<_, _> = builder.resource_attributes.iter().cloned().collect();

        let named = |name: &'static str| env.get(name).map(|(_, value)| value.to_owned());
        let project = builder
            .project_name
            .clone()
            .or_else(|| from_code.remove(keys::PROJECT_NAME))
            .or_else(|| named("PHOENIX_PROJECT"))
            .or_else(|| named("PHOENIX_PROJECT_NAME"))
            .or_else(|| from_env.get(keys::PROJECT_NAME).cloned())
            .unwrap_or_else(|| "default".to_owned());
        let service_name = builder
            .service_name
            .clone()
            .or_else(|| from_code.remove(keys::SERVICE_NAME))
            .or_else(|| named("OTEL_SERVICE_NAME"))
            .or_else(|| from_env.get(keys::SERVICE_NAME).cloned())
            .or_else(|| env.executable.clone())
            .unwrap_or_else(|| "unknown_service".to_owned());

        // Code wins over the environment, key by key. The two names above are not repeated.
        let mut attributes = from_env;
        attributes.extend(from_code);
        attributes.remove(keys::PROJECT_NAME);
        attributes.remove(keys::SERVICE_NAME);
        Ok(ResourceSettings { project, service_name, attributes })
    }
}
